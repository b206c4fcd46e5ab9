import Configuration
import Model
import Testing

@testable import Rules

@Suite("Rule files")
struct RuleFileTests {
    private func problems(_ text: String, names: NameScheme = .utf8) -> [String] {
        let reading = RuleFile.read(Array(text.utf8), path: "r.yml", names: names)
        return reading.errors.map(\.description) + reading.warnings.map { "warning \($0)" }
    }

    @Test("are read whole")
    func whole() throws {
        let groups = try groups(
            """
            groups:
              - name: a
                interval: 30s
                query_offset: 1m
                limit: 5
                labels: {team: x, kind: y}
                rules:
                  - record: r:sum
                    expr: sum(r)
                    labels: {kind: z, empty: }
                  - alert: A
                    expr: r > 1
                    for: 5m
                    keep_firing_for: 1h
                    labels: {severity: 1}
                    annotations: {text: plain}
              - name: b
            """)
        #expect(groups.map(\.name) == ["a", "b"])
        #expect(groups[0].interval == 30_000 && groups[0].queryOffset == 60_000 && groups[0].limit == 5)
        #expect(groups[1].interval == nil && groups[1].queryOffset == nil && groups[1].limit == 0)
        guard case .recording(let record) = groups[0].rules[0], case .alerting(let alert) = groups[0].rules[1] else {
            throw UserError("wrong kinds")
        }
        #expect(record.metric == "r:sum" && record.query.text == "sum(r)")
        #expect(record.labels == [Label("empty", ""), Label("kind", "z"), Label("team", "x")])
        #expect(record.place == Place(file: "rules.yml", line: 8, column: 9))
        #expect(alert.name == "A" && alert.holdFor == 300_000 && alert.keepFiringFor == 3_600_000)
        #expect(groups[0].rules[1].labels == [Label("kind", "y"), Label("severity", "1"), Label("team", "x")])
        #expect(alert.annotations.map(\.text) == ["plain"])
    }

    /// Rules in a group of their own, a line each from line 4 on, and what is wrong with them.
    @Test(
        "say what is wrong, with the place",
        arguments: [
            ("{expr: x}", ["4:5: a rule needs `record` or `alert`"]),
            ("{record: a, alert: b, expr: x}", ["4:17: a rule has `record` or `alert`, not both"]),
            ("{record: a}", ["4:5: `expr` is missing"]),
            ("{alert: a, expr: ''}", ["4:5: `expr` is missing"]),
            (
                "{record: a, expr: 'sum('}",
                ["4:23: cannot read the expression: 1:5: parse error: unclosed left parenthesis"]
            ),
            ("{record: a, expr: x, for: 1s}", ["4:26: `for` has no meaning in a recording rule"]),
            ("{record: a, expr: x, for: 0s}", []),
            (
                "{record: a, expr: x, keep_firing_for: 1s}",
                ["4:26: `keep_firing_for` has no meaning in a recording rule"]
            ),
            ("{record: a, expr: x, annotations: {b: c}}", ["4:26: `annotations` has no meaning in a recording rule"]),
            ("{record: 'a{b}', expr: x}", ["4:14: `a{b}` is not the name of a metric: it has braces"]),
            ("{record: a b, expr: x}", []),
            (
                "{record: a, expr: x, labels: {__name__: b}}",
                ["4:35: `__name__` is not the name of a label that a rule may give"]
            ),
            ("{record: a, expr: x, labels: {'': b}}", ["4:35: `` is not the name of a label that a rule may give"]),
            ("{alert: a, expr: x, annotations: {'': b}}", ["4:39: `` is not the name of an annotation"]),
            (
                "{alert: a, expr: x, for: soon}",
                ["4:30: cannot read duration \"soon\": expected a form like 15s, 1h30m or 500ms"]
            ),
            ("{alert: a, expr: x, colour: red}", ["4:25: unknown key `colour`"]),
            ("{alert: a, expr: x, labels: {b: [c]}}", ["4:37: expected a text, found a list"]),
            ("{record: a, expr: x, labels: {b: '{{ end }}'}}", []),
            (
                "{record: a, expr: x}\n  - {record: a, expr: y}",
                ["warning 5:5: `a` with the same labels stands on line 4 already"]
            ),
            (
                "{record: a, expr: x}\n  - {alert: a, expr: y}",
                ["warning 5:5: `a` with the same labels stands on line 4 already"]
            ),
            ("{record: a, expr: x}\n  - {record: a, expr: y, labels: {b: c}}", []),
        ])
    func rules(rule: String, expected: [String]) {
        let text = "groups:\n- name: g\n  rules:\n  - \(rule)\n"
        #expect(problems(text).map { $0.replacing("r.yml:", with: "") } == expected)
    }

    @Test("say all that is wrong, by place")
    func all() {
        let text = """
            groups:
            - name: g
              rules:
              - {alert: a, expr: '1 +', labels: {__name__: b}, annotations: {c: '{{ end }}'}}
              - {expr: x, colour: red}
            - name: g
            - limit: many
              rules: [{record: r}]
            other: 1
            """
        let found = problems(text)
        #expect(
            found.map { $0.prefix { $0 != " " } } == [
                "r.yml:4:22:", "r.yml:4:38:", "r.yml:4:69:", "r.yml:5:5:", "r.yml:5:15:", "r.yml:6:3:", "r.yml:7:3:",
                "r.yml:7:10:", "r.yml:8:11:", "r.yml:9:1:",
            ])
        #expect(found.contains("r.yml:6:3: the group `g` stands twice in this file"))
    }

    @Test("keep to narrow names where the configuration does")
    func legacyNames() {
        let text = "groups: [{name: g, rules: [{record: a b, expr: x, labels: {c-d: e}}, {alert: e f, expr: x}]}]"
        #expect(
            problems(text, names: .legacy) == [
                "r.yml:1:37: `a b` is not the name of a metric",
                "r.yml:1:60: `c-d` is not the name of a label that a rule may give",
            ])
    }

    @Test("leave dollars alone")
    func dollars() throws {
        let group = try makeGroup("alert: a, expr: x, annotations: {b: '${HOME} $${X}'}")
        guard case .alerting(let alert) = group.rules[0] else { throw UserError("no alert") }
        #expect(alert.annotations[0].text == "${HOME} $${X}")
    }

    @Test("that cannot be read are one problem", arguments: ["a: [", "groups: []\n---\ngroups: []", "\u{0}"])
    func unreadable(text: String) {
        #expect(problems(text).count == 1)
    }

    // MARK: The configuration

    private func section(_ text: String, _ contents: [String: String]) -> (files: [String], problems: [String]) {
        let context = DecodingContext(environment: ["DIR": "sub"], folder: "/etc/v", files: files(contents))
        do {
            let loaded = try loadConfiguration(Array(text.utf8), file: "/etc/v/v.yaml", in: context) { root in
                RuleFilesSection(root, global: root.section("global") ?? GlobalSection())
            }
            return (
                loaded.value.files.map { "\($0.path) \($0.groups.map(\.name).joined(separator: " "))" },
                loaded.warnings.map(\.description)
            )
        } catch {
            return ([], error.problems.map(\.description))
        }
    }

    @Test("are named by the configuration, from its folder")
    func named() {
        let found = section(
            "rule_files: ['${DIR}/*.yml', one.yml, /abs/two.yml, sub/a.yml, 'none/*']",
            [
                "/etc/v/sub/a.yml": "groups: [{name: a}]", "/etc/v/sub/b.yml": "groups: [{name: b}]",
                "/etc/v/one.yml": "groups: [{name: a}]", "/abs/two.yml": "",
            ])
        #expect(found.files == ["/etc/v/sub/a.yml a", "/etc/v/sub/b.yml b", "/etc/v/one.yml a", "/abs/two.yml "])
        #expect(found.problems == ["/etc/v/v.yaml:1:64: no file fits `none/*`"])
    }

    @Test("have their problems told with those of the configuration")
    func namedWrong() {
        let found = section(
            "global: {metric_name_validation_scheme: legacy}\nrule_files: [gone.yml, a.yml]",
            ["/etc/v/a.yml": "groups: [{name: a, rules: [{record: a b, expr: x}, {record: c}]}]"])
        #expect(
            found.problems == [
                "/etc/v/v.yaml:2:14: cannot read /etc/v/gone.yml: No such file or directory",
                "/etc/v/a.yml:1:37: `a b` is not the name of a metric", "/etc/v/a.yml:1:52: `expr` is missing",
            ])
    }
}
