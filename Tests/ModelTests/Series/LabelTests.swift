import Model
import Testing

/// The same letter to Swift's own `==`: composed, and as e with a combining accent.
private let composed = "\u{e9}"
private let combined = "e\u{301}"

@Suite("Labels")
struct LabelTests {
    @Test func areSortedDistinctAndWithoutEmptyValues() {
        let labels = Labels([
            Label("b", "2"), Label("a", "1"), Label("B", "0"), Label("b", "3"), Label("empty", ""), Label("_", "x"),
        ])
        #expect(labels.pairs == [Label("B", "0"), Label("_", "x"), Label("a", "1"), Label("b", "3")])
        #expect(labels == ["a": "1", "b": "3", "B": "0", "_": "x"])
        // The last of a name counts, even when it is empty.
        #expect(Labels([Label("a", "1"), Label("a", "")]) == .none)
    }

    @Test func differentBytesAreDifferent() {
        #expect(composed == combined, "otherwise this test shows nothing")
        #expect(Label("a", composed) != Label("a", combined))
        let labels = Labels([Label(composed, "1"), Label(combined, "2")])
        #expect(labels.pairs.count == 2)
        #expect(labels[composed] == "1")
        #expect(labels[combined] == "2")
        #expect(Set([Labels(sorted: [Label("a", composed)]), Labels(sorted: [Label("a", combined)])]).count == 2)
        #expect(labels.dropping([composed]).pairs == [Label(combined, "2")])
        #expect(!sameBytes(composed, combined))
        #expect(bytesPrecede(combined, composed) && !bytesPrecede(composed, combined))
        #expect(!bytesPrecede(composed, composed))
    }

    @Test func setting() {
        let labels: Labels = ["a": "1", "c": "3"]
        #expect(labels.setting("b", "2").pairs.map(\.name) == ["a", "b", "c"])
        #expect(labels.setting("0", "2").pairs.map(\.name) == ["0", "a", "c"])
        #expect(labels.setting("d", "2").pairs.map(\.name) == ["a", "c", "d"])
        #expect(labels.setting("a", "9") == ["a": "9", "c": "3"])
        #expect(labels.setting("a", "") == ["c": "3"])
        #expect(labels.setting("b", "") == labels)
    }

    @Test func theMetric() {
        let labels: Labels = ["__name__": "up", "job": "node"]
        #expect(labels.metric == "up")
        #expect(labels.withoutMetric == ["job": "node"])
        #expect(Labels.none.metric == "")
        #expect(labels["instance"] == nil)
    }

    @Test(
        arguments: [
            (["__name__": "up", "job": "node", "instance": "a:1"], #"up{instance="a:1", job="node"}"#),
            (["__name__": "up"], "up"), ([:], "{}"), (["job": "node"], #"{job="node"}"#),
            (["__name__": "a b", "job": "n"], #"{"a b", job="n"}"#), (["__name__": "a b"], #"{"a b"}"#),
            (["__name__": "up", "my label": "n"], #"up{"my label"="n"}"#),
            (["__name__": "up", "a": "x\"y\\z\nw"], #"up{a="x\"y\\z\nw"}"#),
        ] as [(Labels, String)])
    func areWrittenAsPrometheusDoes(labels: Labels, want: String) {
        #expect(labels.description == want)
    }

    @Test func order() {
        let ascending: [Labels] = [
            [:], ["a": "1"], ["a": "1", "b": "1"], ["a": "1", "c": "0"], ["a": "10"], ["a": "2"], ["b": "0"],
        ]
        for (i, a) in ascending.enumerated() {
            for (j, b) in ascending.enumerated() { #expect((a < b) == (i < j), "\(a) \(b)") }
        }
    }

    @Test func matchersAreWrittenAsSelectors() {
        #expect(LabelMatcher("job", .matches, "a|\"b\"").description == #"job=~"a|\"b\"""#)
        #expect(LabelMatcher("my label", .notEqual, "").description == #""my label"!="""#)
        #expect(LabelMatcher.metric("up").description == #"__name__="up""#)
        #expect(LabelMatcher("a", .notMatches, "b").description == #"a!~"b""#)
    }
}

@Suite("Names")
struct NameTests {
    @Test(arguments: [
        ("up", true, true), ("a:b", true, false), (":a", true, false), ("_", true, true), ("a1", true, true),
        ("1a", false, false), ("", false, false), ("a b", false, false), ("a-b", false, false), ("é", false, false),
        ("a.b", false, false), ("A_9", true, true), ("a\u{0}", false, false),
    ])
    func legacy(name: String, metric: Bool, label: Bool) {
        #expect(isLegacyMetricName(name) == metric)
        #expect(isLegacyLabelName(name) == label)
    }

    @Test(arguments: [
        ("", "\"\""), ("a", "\"a\""), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#), ("a\nb", #""a\nb""#),
        ("a\tb", "\"a\tb\""), ("é", "\"é\""),
    ])
    func quoting(text: String, want: String) {
        #expect(quoted(text) == want)
    }
}

@Suite("Errors with a place")
struct PlaceTests {
    @Test func areOneLine() {
        #expect(UserError("cannot x: y").description == "cannot x: y")
        #expect(
            UserError("cannot x: y", at: Place(file: "a.yaml", line: 3, column: 7)).description
                == "a.yaml:3:7: cannot x: y")
        #expect(UserError("cannot x: y", at: Place(line: 3, column: 7)).description == "line 3, column 7: cannot x: y")
    }

    @Test func theStaleMarkerIsItsBits() {
        #expect(isStale(staleMarker) && staleMarker.isNaN)
        #expect(!isStale(.nan) && !isStale(0) && !isStale(.signalingNaN))
    }
}
