import Model
import Patterns
import Testing

@Suite struct RegularExpressionTests {
    @Test(arguments: [
        ("a|b", "a", true), ("a|b", "b", true), ("a|b", "ab", false), ("a", "xa", false), ("a", "ax", false),
        ("", "", true), ("", "a", false), (".*", "a\nb", true), ("a.b", "a\nb", true), ("(?i)AB", "aB", true),
        ("^a$", "a", true), ("\\p{Greek}+", "λόγος", true), ("é", "e\u{301}", false), ("[^a]", "b", true),
        ("(a+)+$", String(repeating: "a", count: 2000) + "b", false),
    ]) func matchesTheWholeText(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == expected)
    }

    @Test(arguments: ["(", "[", "(?=a)", "\\1", "a**", "*"])
    func refusesWhatRE2Refuses(_ pattern: String) {
        let error = #expect(throws: UserError.self) { try RegularExpression(pattern) }
        #expect(error?.message.hasPrefix("cannot compile regular expression \(quoted(pattern)): ") == true)
    }

    @Test func groupsTellWhatTookPart() throws {
        let regex = try RegularExpression("(a)|(b)(c?)")
        #expect(regex.groups(in: "a") == ["a", "a", nil, nil])
        #expect(regex.groups(in: "b") == ["b", nil, "b", ""])
        #expect(regex.groups(in: "x") == nil)
    }

    /// Each as Go's `Regexp.Expand` gives it.
    @Test(arguments: [
        ("$1-$2", "ab-cd"), ("${1}x", "abx"), ("$1x", ""), ("${name}!", "cd!"), ("$name", "cd"), ("$3", ""),
        ("${nope}", ""), ("$$1", "$1"), ("$$", "$"), ("$", "$"), ("a$", "a$"), ("${", "${"), ("${1", "${1"),
        ("${}", "${}"), ("$-", "$-"), ("${1 }", "${1 }"), ("$0", "ab:cd"), ("$00", ""), ("${01}", ""), ("$1é", ""),
        ("$1–x", "ab–x"), ("é$1", "éab"), ("$1$2", "abcd"), ("$1_", ""), ("$99999999999999999999", ""),
    ]) func expandsAsGoDoes(_ template: String, _ expected: String) throws {
        let regex = try RegularExpression("(.*):(?P<name>.*)")
        #expect(regex.expand(template, with: "ab:cd") == expected)
        #expect(regex.expand(template, with: "ab") == nil)
    }

    @Test(
        arguments: [
            ("a+", "xaay", 0, 1..<3), ("a+", "xaay", 2, 2..<3), ("a+", "xaay", 3, nil), ("^a", "aa", 1, nil),
            ("", "é", 2, 2..<2), ("", "", 0, 0..<0), ("", "", 1, nil), ("a", "a", -1, nil), ("a.b", "a\nb", 0, nil),
            ("(?s)a.b", "a\nb", 0, 0..<3), ("\\bb", "ab b", 1, 3..<4), ("b|abc", "abc", 0, 0..<3),
        ] as [(String, String, Int, Range<Int>?)])
    func findsTheFirstMatch(_ pattern: String, _ text: String, _ start: Int, _ expected: Range<Int>?) throws {
        let regex = try RegularExpression(pattern, dotMatchesNewline: false)
        #expect(regex.firstMatch(in: text, from: start)?.range == expected)
    }

    @Test func aMatchHasItsGroups() throws {
        let match = try RegularExpression("(x)|(b)(c?)").firstMatch(in: "abd")
        #expect(match?.groups == ["b", nil, "b", ""])
        let regex = try RegularExpression("(?P<name>.)")
        #expect(regex.expand("<${name}$1$2>", groups: ["é", "é"]) == "<éé>")
    }

    @Test func knowsItsNamedGroups() throws {
        let regex = try RegularExpression("(?P<one>a)(b)")
        #expect(regex.hasGroup(named: "one"))
        #expect(!regex.hasGroup(named: "two"))
        #expect(!regex.hasGroup(named: "1"))
    }
}

@Suite struct CompiledMatcherTests {
    @Test(arguments: [
        (LabelMatcher.Operation.equal, "a", "a", true), (.equal, "a", "b", false), (.equal, "", "", true),
        (.equal, "é", "e\u{301}", false), (.notEqual, "a", "b", true), (.notEqual, "a", "a", false),
        (.matches, "a|b", "b", true), (.matches, "a", "ab", false), (.notMatches, "a.*", "b", true),
        (.notMatches, "a.*", "ab", false),
    ]) func judgesValues(_ operation: LabelMatcher.Operation, _ value: String, _ text: String, _ expected: Bool) throws
    {
        #expect(try CompiledMatcher(LabelMatcher("x", operation, value)).accepts(text) == expected)
    }

    @Test func aMissingLabelIsEmpty() throws {
        #expect(try CompiledMatcher(LabelMatcher("x", .equal, "")).acceptsMissing)
        #expect(try CompiledMatcher(LabelMatcher("x", .matches, ".*")).acceptsMissing)
        #expect(try !CompiledMatcher(LabelMatcher("x", .matches, ".+")).acceptsMissing)
        #expect(try CompiledMatcher(LabelMatcher("x", .notEqual, "a")).acceptsMissing)
    }

    @Test func aWrongExpressionIsRefused() {
        #expect(throws: UserError.self) { try CompiledMatcher(LabelMatcher("x", .matches, "(")) }
        #expect(throws: Never.self) { try CompiledMatcher(LabelMatcher("x", .equal, "(")) }
    }
}
