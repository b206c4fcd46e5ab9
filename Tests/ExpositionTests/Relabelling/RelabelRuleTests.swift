import Exposition
import Model
import Patterns
import Testing

/// A rule of a table; what is nil has Prometheus's default.
struct Step: Sendable {
    var action = RelabelRule.Action.replace
    var source: [String] = []
    var separator: String?
    var regex: String?
    var modulus: UInt64 = 0
    var target = ""
    var replacement: String?
    var legacy = false

    func rule() throws -> RelabelRule {
        try RelabelRule(
            action: action, sourceLabels: source, separator: separator, regex: regex.map { try RegularExpression($0) },
            modulus: modulus, targetLabel: target, replacement: replacement, legacyNames: legacy)
    }
}

private let input: Labels = ["a": "foo", "b": "bar", "c": "baz"]

/// Steps on `input`, and the labels that Prometheus makes of it.
struct RelabelCase: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [Step]
    let output: Labels?
    var testDescription: String { name }

    init(_ name: String, _ steps: [Step], _ output: Labels?) {
        self.name = name
        self.steps = steps
        self.output = output
    }
}

private let cases: [RelabelCase] = [
    RelabelCase(
        "replace with groups", [Step(source: ["a"], regex: "f(.*)", target: "d", replacement: "ch${1}-ch${1}")],
        ["a": "foo", "b": "bar", "c": "baz", "d": "choo-choo"]),
    RelabelCase("replace copies by default", [Step(source: ["a"], target: "d")], input.setting("d", "foo")),
    RelabelCase("replace joins values", [Step(source: ["a", "x", "b"], target: "d")], input.setting("d", "foo;;bar")),
    RelabelCase(
        "replace with a separator", [Step(source: ["a", "b"], separator: "", target: "a")], input.setting("a", "foobar")
    ),
    RelabelCase("no match changes nothing", [Step(source: ["a"], regex: "x.*", target: "a", replacement: "y")], input),
    RelabelCase("the whole value must match", [Step(source: ["a"], regex: "fo", target: "a", replacement: "y")], input),
    RelabelCase("an empty result deletes", [Step(source: ["x"], target: "a")], input.setting("a", "")),
    RelabelCase("an empty replacement deletes", [Step(target: "a", replacement: "")], input.setting("a", "")),
    RelabelCase("a constant", [Step(target: "d", replacement: "k")], input.setting("d", "k")),
    RelabelCase(
        "a constant on an empty source", [Step(source: ["x"], target: "d", replacement: "k")], input.setting("d", "k")),
    RelabelCase(
        "a missing group is empty", [Step(source: ["a"], target: "d", replacement: "<$2${9}>")],
        input.setting("d", "<>")),
    RelabelCase("dollars", [Step(source: ["a"], target: "d", replacement: "$$1.$")], input.setting("d", "$1.$")),
    RelabelCase(
        "the target is a template",
        [Step(source: ["a", "b"], regex: "(.*);(.*)", target: "${1}_x", replacement: "$2")],
        input.setting("foo_x", "bar")),
    RelabelCase(
        "a template that makes no name is passed over",
        [Step(source: ["a"], regex: "(.*)", target: "${2}", replacement: "k")], input),
    RelabelCase(
        "a legacy template that makes no legacy name is passed over",
        [Step(source: ["a"], regex: "f(.*)", target: "${2}$1", replacement: "$1-", legacy: true)],
        input.setting("oo", "oo-")),
    RelabelCase(
        "a value is no legacy name",
        [Step(source: ["a", "b"], target: "$1", replacement: "k", legacy: true)], input),
    RelabelCase(
        "but a UTF-8 name", [Step(source: ["a", "b"], target: "$1", replacement: "k")], input.setting("foo;bar", "k")),
    RelabelCase(
        "a named group", [Step(source: ["a"], regex: "(?P<first>.).*", target: "d", replacement: "${first}")],
        input.setting("d", "f")),
    RelabelCase(
        "a dot matches a newline",
        [
            Step(target: "d", replacement: "x\ny"), Step(source: ["d"], regex: "x.y", target: "e", replacement: "k"),
        ], input.setting("d", "x\ny").setting("e", "k")),
    RelabelCase(
        "steps follow each other",
        [
            Step(source: ["a"], target: "d", replacement: "$1$1"), Step(source: ["d"], regex: "foo(.*)", target: "e"),
        ], input.setting("d", "foofoo").setting("e", "foo")),
    RelabelCase("keep what matches", [Step(action: .keep, source: ["a"], regex: "f.*")], input),
    RelabelCase("keep drops the rest", [Step(action: .keep, source: ["a"], regex: "o.*")], nil),
    RelabelCase("keep without a regex keeps", [Step(action: .keep, source: ["x"])], input),
    RelabelCase("drop what matches", [Step(action: .drop, source: ["a"], regex: ".*o.*")], nil),
    RelabelCase("drop keeps the rest", [Step(action: .drop, source: ["a"], regex: "f|o")], input),
    RelabelCase("drop without a regex drops", [Step(action: .drop, source: ["x"])], nil),
    RelabelCase(
        "nothing follows a drop",
        [
            Step(action: .drop, source: ["a"], regex: "foo"), Step(target: "d", replacement: "k"),
        ], nil),
    RelabelCase(
        "keepequal, equal",
        [
            Step(target: "d", replacement: "foo"), Step(action: .keepequal, source: ["a"], target: "d"),
        ], input.setting("d", "foo")),
    RelabelCase("keepequal, other", [Step(action: .keepequal, source: ["a"], target: "b")], nil),
    RelabelCase("keepequal, both missing", [Step(action: .keepequal, source: ["x"], target: "y")], input),
    RelabelCase("dropequal, equal", [Step(action: .dropequal, source: ["a"], target: "a")], nil),
    RelabelCase("dropequal, other", [Step(action: .dropequal, source: ["a"], target: "b")], input),
    RelabelCase(
        "hashmod",
        [
            Step(action: .hashmod, source: ["c"], modulus: 1000, target: "d"),
            Step(action: .hashmod, source: ["a", "b"], separator: "-", modulus: 7, target: "e"),
            Step(action: .hashmod, source: ["x"], modulus: 1_000_000_007, target: "f"),
        ], input.setting("d", "976").setting("e", "2").setting("f", "493334464")),
    RelabelCase(
        "labelmap", [Step(action: .labelmap, regex: "(b|c)", replacement: "bar_${1}_foo")],
        input.setting("bar_b_foo", "bar").setting("bar_c_foo", "baz")),
    RelabelCase(
        "labelmap onto others", [Step(action: .labelmap, regex: "a", replacement: "b")], input.setting("b", "foo")),
    RelabelCase("labelmap to no name", [Step(action: .labelmap, regex: "(a)", replacement: "$2")], input),
    RelabelCase("labeldrop", [Step(action: .labeldrop, regex: "a|c.*")], ["b": "bar"]),
    RelabelCase("labelkeep", [Step(action: .labelkeep, regex: "a|b")], ["a": "foo", "b": "bar"]),
    RelabelCase("labelkeep of nothing", [Step(action: .labelkeep, regex: "z")], [:]),
    RelabelCase(
        "cases",
        [
            Step(target: "d", replacement: "İÄßǅé€x"), Step(action: .lowercase, source: ["d"], target: "l"),
            Step(action: .uppercase, source: ["d"], target: "u"), Step(action: .uppercase, source: ["a"], target: "a"),
        ], input.setting("d", "İÄßǅé€x").setting("l", "iäßǆé€x").setting("u", "İÄßǄÉ€X").setting("a", "FOO")),
    RelabelCase(
        "upper case of nothing deletes", [Step(action: .uppercase, source: ["x"], target: "a")],
        input.setting("a", "")),
]

@Suite struct RelabelRuleTests {
    @Test(arguments: cases) func applies(_ example: RelabelCase) throws {
        let rules = try example.steps.map { try $0.rule() }
        #expect(apply(rules, to: input) == example.output)
    }

    @Test(arguments: [
        (Step(), "the action `replace` needs a `target_label`"),
        (Step(target: "a-b", legacy: true), "\"a-b\" is not a valid `target_label`"),
        (Step(target: "1a", legacy: true), "\"1a\" is not a valid `target_label`"),
        (Step(target: "${1}-x", legacy: true), "\"${1}-x\" is not a valid `target_label`"),
        (Step(target: "${1", legacy: true), "\"${1\" is not a valid `target_label`"),
        (Step(target: "a$", legacy: true), "\"a$\" is not a valid `target_label`"),
        (Step(source: ["a b"], target: "c", legacy: true), "\"a b\" is not a valid label name"),
        (Step(source: [""], target: "c"), "\"\" is not a valid label name"),
        (Step(action: .hashmod, target: "a"), "the action `hashmod` needs a `modulus` above 0"),
        (Step(action: .hashmod, modulus: 2), "the action `hashmod` needs a `target_label`"),
        (Step(action: .hashmod, modulus: 2, target: "$1", legacy: true), "\"$1\" is not a valid `target_label`"),
        (Step(action: .lowercase), "the action `lowercase` needs a `target_label`"),
        (Step(action: .uppercase, target: "a", replacement: "b"), "the action `uppercase` has no `replacement`"),
        (
            Step(action: .keepequal, source: ["a"], separator: ",", target: "b"),
            "the action `keepequal` has only `source_labels` and `target_label`"
        ),
        (
            Step(action: .dropequal, source: ["a"], regex: "x", target: "b"),
            "the action `dropequal` has only `source_labels` and `target_label`"
        ),
        (Step(action: .labeldrop, source: ["a"]), "the action `labeldrop` has only a `regex`"),
        (Step(action: .labelkeep, target: "a"), "the action `labelkeep` has only a `regex`"),
        (
            Step(action: .labelmap, replacement: "a-$1", legacy: true),
            "\"a-$1\" is not a valid `replacement` for the action `labelmap`"
        ),
    ]) func refuses(_ step: Step, _ message: String) {
        let error = #expect(throws: UserError.self) { try step.rule() }
        #expect(error?.message == message)
    }

    @Test(arguments: [
        Step(target: "a-b"), Step(target: "$1", legacy: true), Step(target: "${1}_${name}x", legacy: true),
        Step(source: ["été"], target: "été"), Step(action: .labeldrop, separator: ";", regex: "x"),
        Step(action: .labelmap, replacement: "x_$1", legacy: true), Step(action: .drop, target: "x"),
    ]) func accepts(_ step: Step) {
        #expect(throws: Never.self) { try step.rule() }
    }

    @Test func rulesAreEqualWhenTheySayTheSame() throws {
        let one = try Step(source: ["a"], regex: "x", target: "b").rule()
        #expect(try one == Step(source: ["a"], regex: "x", target: "b").rule())
        #expect(try one != Step(source: ["a"], regex: "y", target: "b").rule())
        #expect(try one != Step(source: ["c"], regex: "x", target: "b").rule())
        #expect(try one != Step(source: ["a"], regex: "x", target: "b", replacement: "z").rule())
    }
}
