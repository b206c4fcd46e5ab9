import Model
import Testing

@testable import Configuration

@Suite struct ReadingTests {
    @Test(arguments: [
        ("", "null"), ("# nothing\n", "null"), ("---\n...\n", "null"), ("a", "a"), ("'a'", "\"a\""),
        ("a: 1\nb: [x, 'y', ~, \"\"]\nc: {d: e}", "{a: 1, b: [x, \"y\", null, \"\"], c: {d: e}}"),
        ("a:\nb: null\nc: ''", "{a: null, b: null, c: \"\"}"), ("a: |\n  x\n  y\n", "{a: \"x\\ny\\n\"}"),
        ("- !!str 5\n- !!int '5'\n- !!null ''", "[\"5\", 5, null]"), ("\u{feff}a: b", "{a: b}"),
        ("a: b\r\nc: d\r\n", "{a: b, c: d}"), ("? a\n: b", "{a: b}"), ("5: a", "{5: a}"),
        ("a: &x [1, 2]\nb: *x", "{a: [1, 2], b: [1, 2]}"),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", "{a: {b: 1, c: 2}, d: {c: 3, b: 1}}"),
        ("a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}", "{a: {b: 1}, c: {b: 2, d: 3}, e: {b: 1, d: 3}}"),
        ("a: {\"<<\": {b: c}}", "{a: {<<: {b: c}}}"), ("a: &x b\nc: &x d\ne: *x", "{a: b, c: d, e: d}"),
    ]) func reads(_ text: String, _ expected: String) { #expect(outline(of: text) == expected) }

    @Test(arguments: [
        ("a: b: c", "line 1, column 5: cannot read as YAML: mapping values are not allowed in this context"),
        (
            "a: [1\nb: 2",
            "line 2, column 2: cannot read as YAML: while parsing a flow sequence: did not find expected ',' or ']'"
        ),
        ("a: 1\nbb: 2\na: 3", "line 3, column 1: cannot read as YAML: the key `a` stands twice, first on line 1"),
        ("a: {b: 1, 'b': 2}", "line 1, column 11: cannot read as YAML: the key `b` stands twice, first on line 1"),
        ("a: *x", "line 1, column 4: cannot read as YAML: unknown anchor `x`"),
        ("a: &x [*x]", "line 1, column 8: cannot read as YAML: unknown anchor `x`"),
        (
            "a: 1\n---\nb: 2",
            "line 2, column 1: cannot read as YAML: a second document begins here, and only one is read"
        ),
        ("[a]: b", "line 1, column 1: cannot read as YAML: a key must be a text"),
        (
            "a: !!python/object x",
            "line 1, column 4: cannot read as YAML: the tag `tag:yaml.org,2002:python/object` is not understood"
        ),
        ("a: {<<: 5}", "line 1, column 9: cannot read as YAML: `<<` needs a map or a list of maps"),
        ("a: {<<: [{b: c}, 5]}", "line 1, column 18: cannot read as YAML: `<<` needs a map or a list of maps"),
        (
            "a: b\n\tc: d",
            "line 2, column 1: cannot read as YAML: while scanning a plain scalar: found a tab character that violates indentation"
        ),
        ("a: \u{1}", "line 1, column 4: cannot read as YAML: control characters are not allowed"),
    ]) func refuses(_ text: String, _ expected: String) { #expect(outline(of: text) == expected) }

    @Test func bytesThatAreNoTextAreRefusedWithTheirPlace() {
        let error = #expect(throws: UserError.self) {
            try readDocument(Array("é: 1\nb: ".utf8) + [0xff], file: "f.yaml")
        }
        #expect(error?.description == "f.yaml:2:4: cannot read as YAML: invalid leading UTF-8 octet")
    }

    @Test func everyPieceKnowsItsPlace() throws {
        let node = try readDocument(Array("é: {ü: x, b: y}\nlist:\n  - 1\n  -   2\n".utf8), file: "f")
        guard case .map(let entries) = node.content, case .map(let inner) = entries[0].value.content,
            case .list(let items) = entries[1].value.content
        else {
            Issue.record("not the shape that was read")
            return
        }
        #expect(node.place == Place(file: "f", line: 1, column: 1))
        #expect(inner[1].keyPlace == Place(file: "f", line: 1, column: 11))
        #expect(inner[1].value.place == Place(file: "f", line: 1, column: 14))
        #expect(items[1].place == Place(file: "f", line: 4, column: 7))
    }

    @Test func aliasesCannotGrowWithoutBound() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }
        #expect(outline(of: text).hasSuffix("cannot read as YAML: more than 500000 values, aliases written out"))
        var merged = "a0: &a0 {k: x}\n"
        for level in 1...40 {
            merged += "a\(level): &a\(level) {l\(level): *a\(level - 1), m\(level): *a\(level - 1)}\n"
        }
        #expect(outline(of: merged).hasSuffix("cannot read as YAML: more than 500000 values, aliases written out"))
    }

    @Test func depthAndSizeAreBounded() {
        let limits = ReadingLimits(bytes: 100, depth: 3, nodes: 10)
        #expect(outline(of: "[[[x]]]", limits: limits) == "[[[x]]]")
        #expect(outline(of: "[[[[x]]]]", limits: limits) == "line 1, column 5: cannot read as YAML: more than 3 levels")
        #expect(outline(of: "[1,2,3,4,5,6,7,8,9]", limits: limits) == "[1, 2, 3, 4, 5, 6, 7, 8, 9]")
        #expect(outline(of: "[1,2,3,4,5,6,7,8,9,0]", limits: limits).contains("more than 10 values"))
        let long = String(repeating: "x", count: 101)
        #expect(
            outline(of: long, limits: limits)
                == "line 1, column 1: cannot read as YAML: 101 bytes are more than the 100 allowed")
        #expect(outline(of: String(repeating: "[", count: 5000)).contains("more than 64 levels"))
    }
}

@Suite struct JSONTests {
    @Test(arguments: [
        (#"{"a":"b","c":[1,true,null,-1.5e3]}"#, #"{a: "b", c: [1, true, null, -1.5e3]}"#),
        (#"["\u00e9\/\"\\\b\f\n\r\t"]"#, "[\"é/\\\"\\\\\u{8}\u{c}\\n\r\t\"]"),
        (#"["\ud83d\ude00","x\uD83D\uDE00\uD83D\uDE01y"]"#, "[\"😀\", \"x😀😁y\"]"),
        ("[\"a \u{2028} b\u{2029}\u{85}\u{7f}\u{feff}\"]", "[\"a \u{2028} b\u{2029}\u{85}\u{7f}\u{feff}\"]"),
        ("{\n\t\"a\" : [\n\t\t1 ,\n\t\t2\n\t]\n}", "{a: [1, 2]}"), (#"{"":""}"#, #"{: ""}"#),
        (#"["\\ud83d\\ude00"]"#, #"["\\ud83d\\ude00"]"#), (" \n[]", "[]"), (#"{"a":{"b":[]}}"#, "{a: {b: []}}"),
        (##"["# not a comment", "- x: y", "*a", "&b"]"##, ##"["# not a comment", "- x: y", "*a", "&b"]"##),
    ]) func readsAsJSON(_ text: String, _ expected: String) { #expect(outline(of: text) == expected) }

    @Test(arguments: [#"["\ud83d"]"#, #"["\ude00\ud83d"]"#, #"["\ud83dx"]"#, #"["a"#, "{", "[\"\u{1}\"]"])
    func refuses(_ text: String) { #expect(outline(of: text).contains("cannot read as YAML")) }

    @Test func rewrittenStringsDoNotMovePlaces() throws {
        let text = "[\"\\ud83d\\ude00\", \"\u{2028}\", \"\\ud83d\\ude00\\ud83d\\ude00\", x]\n"
        guard case .list(let items) = try readDocument(Array(text.utf8)).content else { return }
        #expect(items.map(\.place.column) == [2, 18, 23, 51])
        // The same without anything to rewrite.
        let plain = "[\"\(String(repeating: "x", count: 12))\", \"y\", \"\(String(repeating: "x", count: 24))\", x]\n"
        guard case .list(let others) = try readDocument(Array(plain.utf8)).content else { return }
        #expect(others.map(\.place.column) == items.map(\.place.column))
    }
}
