import Configuration
import Model
import Testing

@testable import Rules

@Suite("Unit tests of rules")
struct RuleTestTests {
    private static let rules = """
        groups:
          - name: g
            rules:
              - {record: r, expr: x * 2}
              - {alert: A, expr: x > 2, for: 1m, labels: {s: page}, annotations: {t: over}}
        """

    private func run(
        _ text: String, only pattern: String? = nil, rules: String = rules
    ) throws -> (lines: [String], count: Int) {
        let files = files(["/t/tests/a.yml": text, "/t/rules.yml": rules])
        let reading = RuleTestFile.read(path: "/t/tests/a.yml", files: files)
        if !reading.errors.isEmpty { return (reading.errors.map(\.description), 0) }
        let report = reading.file.run(only: try pattern.map { try RuleTestPattern($0) }, files: files)
        return (report.failures.flatMap(\.lines), report.count)
    }

    private let head = "rule_files: [/t/rules.yml]\ntests:\n"

    @Test("pass when everything is as expected")
    func passing() throws {
        let result = try run(
            head + """
                - interval: 1m
                  input_series: [{series: x, values: 1+1x5}]
                  alert_rule_test:
                  - {eval_time: 2m, alertname: A}
                  - {eval_time: 3m, alertname: A, exp_alerts: [{exp_labels: {s: page}, exp_annotations: {t: over}}]}
                  promql_expr_test: [{expr: r, eval_time: 3m, exp_samples: [{labels: r, value: 8}]}]
                """)
        #expect(result.lines == [] && result.count == 1)
    }

    @Test("say what was expected and what came out, with the test and its place")
    func failing() throws {
        let result = try run(
            head + """
                - name: first
                  interval: 1m
                  input_series: [{series: x, values: 1+1x5}]
                  alert_rule_test:
                  - {eval_time: 3m, alertname: A, exp_alerts: [{exp_labels: {s: info}}]}
                  promql_expr_test:
                  - {expr: '{__name__=~"r|x"}', eval_time: 3m, exp_samples: [{labels: r, value: 7}]}
                  - {expr: r, eval_time: 3m}
                - interval: 1m
                  promql_expr_test: [{expr: 'x[', eval_time: 1m}]
                """)
        #expect(
            result.lines == [
                "/t/tests/a.yml:7:5: test `first`: alert `A` at 3m is not as expected",
                "    expected: {alertname=\"A\", s=\"info\"}",
                "    got:      {alertname=\"A\", s=\"page\"} with annotations {t=\"over\"}",
                "/t/tests/a.yml:9:5: test `first`: `{__name__=~\"r|x\"}` at 3m is not as expected", "    expected: r 7",
                "    got:      r 8", "              x 4",
                "/t/tests/a.yml:10:5: test `first`: `r` at 3m is not as expected", "    expected: none",
                "    got:      r 8",
                "/t/tests/a.yml:12:22: test on line 11: `x[` at 1m: 1:3: parse error: unexpected end of input in duration expression",
            ])
        #expect(result.count == 2)
    }

    @Test("end when a rule cannot be evaluated")
    func evaluation() throws {
        let result = try run(
            head + "- {name: n, interval: 1m, promql_expr_test: [{expr: 1, eval_time: 5m}]}",
            rules: "groups: [{name: g, rules: [{record: r, expr: '\"x\"'}]}]")
        #expect(result.lines == ["/t/rules.yml:1:28: test `n`: `r` at 0s: rule result is not a vector or scalar"])
    }

    @Test(
        "are chosen by a match anywhere in their names",
        arguments: [("b", 2), ("^a", 1), ("a|c", 2), ("x", 0), ("", 3)])
    func chosen(pattern: String, count: Int) throws {
        let text = "tests: [{name: ab}, {name: bc}, {}]"
        #expect(try run(text, only: pattern).count == (pattern.isEmpty ? 3 : count))
    }

    @Test("refuse an expression that is none")
    func wrongPattern() {
        #expect(throws: UserError.self) { try RuleTestPattern("(") }
        #expect(throws: UserError.self) { try RuleTestPattern(")(") }
    }

    @Test("do not need rule files that can be used when there is nothing to run")
    func nothing() throws {
        #expect(try run("rule_files: [../rules.yml]", rules: "nonsense: 1").lines.isEmpty)
        #expect(
            try run("rule_files: [/t/rules.yml]\ntests: [{}]", rules: "nonsense: 1").lines
                == ["/t/rules.yml:1:1: unknown key `nonsense`"])
    }

    @Test(
        "say what is wrong with their file",
        arguments: [
            ("tests: [{name: a, colour: red}]", "1:19: unknown key `colour`"),
            ("tests: [{alert_rule_test: [{eval_time: 1m}]}]", "1:28: `alertname` is missing"),
            ("group_eval_order: [a, b, a]", "1:26: the group `a` stands twice in `group_eval_order`"),
            ("tests: [{start_timestamp: noon}]", "1:27: cannot read time \"noon\": expected Unix seconds, or RFC 3339"),
        ])
    func wrong(text: String, expected: String) throws {
        #expect(try run(text).lines == ["/t/tests/a.yml:\(expected)"])
    }

    @Test("keep to the time that has come to be")
    func future() throws {
        var storage = try TestStorage(
            RuleTest(
                name: "", place: Place(line: 1, column: 1), interval: 60_000,
                series: [TestSeries(labels: "x", values: "1 2 3", place: Place(line: 1, column: 1))],
                externalLabels: .none, externalURL: "", start: 0, alerts: [], queries: []))
        storage.present = 60_000
        let x: Labels = ["__name__": "x"]
        #expect(throws: UserError("out of order sample of x")) { try storage.append(x, Sample(0, 1)) }
        #expect(throws: UserError.self) { try storage.append(x, Sample(60_000, 5)) }
        try storage.append(x, Sample(60_000, 2))
        try storage.append(x, Sample(60_000, staleMarker))
        storage.present = 90_000
        try storage.append(x, Sample(90_000, 5))
        let cursor = try storage.select([.metric("x")], from: 0, to: .max)
        #expect(try cursor.next())
        #expect(try cursor.withSamples { _, values in Array(values) } == [1, 2, 5])
    }
}
