import Model
import PromQL
import Testing

@testable import Rules

@Suite("Dependencies of rules")
struct RuleDependencyTests {
    /// Whether a rule with this expression may see what the rule before it writes.
    @Test(
        "are found in selectors",
        arguments: [
            ("record: a, expr: x", "a", true), ("record: a, expr: x", "b", false),
            ("record: a, expr: x", "sum(rate(a[5m])) / 2", true),
            ("record: a, expr: x", "max_over_time((b + a)[5m:1m])", true),
            ("record: a, expr: x", "{__name__=~\"a|b\"}", true),
            ("record: a, expr: x", "{__name__!=\"a\",i=\"1\"}", false),
            ("record: a, expr: x", "{i=\"1\"}", true), ("record: a, expr: x", "topk(scalar(a), b)", true),
            ("record: a, expr: x, labels: {i: 1}", "a{i=\"2\"}", false),
            ("record: a, expr: x, labels: {i: 1}", "a{i=~\"1|2\",j=\"3\"}", true),
            ("record: a, expr: x, labels: {i: ''}", "a{i=~\".+\"}", false),
            ("record: a, expr: x", "1 + time()", false),
            ("alert: A, expr: x", "ALERTS", true), ("alert: A, expr: x", "ALERTS_FOR_STATE{alertname=\"A\"}", true),
            ("alert: A, expr: x", "ALERTS{alertname=\"B\"}", false), ("alert: A, expr: x", "A", false),
            ("alert: A, expr: x, labels: {s: page}", "ALERTS{s=\"info\"}", false),
            ("alert: A, expr: x, labels: {s: '{{ $value }}'}", "ALERTS{s=\"info\"}", true),
            ("alert: A, expr: x", "ALERTS{alertstate=\"firing\"}", true),
        ])
    func selectors(first: String, second: String, isSeen: Bool) throws {
        let rules = try makeGroup(first, "record: second, expr: '\(second)'").rules
        let dependencies = RuleDependencies(rules)
        #expect(dependencies.seesEarlier == [false, isSeen])
        #expect(dependencies.isSeenLater == [isSeen, false])
        #expect(RuleDependencies(rules.reversed()).isSeenLater == [false, false])
    }

    @Test("may be hidden in templates")
    func templates() throws {
        let rules = try makeGroup(
            "record: a, expr: x", "alert: A, expr: y, annotations: {t: '{{ query \"a\" }}'}", "record: b, expr: x"
        ).rules
        #expect(RuleDependencies(rules).isSeenLater == [true, false, false])
    }
}

@Suite("A source with samples laid over it")
struct OverlaySourceTests {
    private func answers(_ source: any SeriesSource, _ query: String, at minute: Int64) throws -> [String] {
        let result = try QueryEngine(source).instant(ParsedQuery(query), at: minute * 60_000, control: control())
        return try result.vector().map { "\($0.labels) \(formatExpositionValue($0.value))" }
    }

    @Test("has the series of both, and of what both have the samples of both")
    func both() throws {
        let base = try source("x{i=\"1\"} 1 2 3", "x{i=\"2\"} 1 2 3", "y 1")
        var overlay = try source("x{i=\"2\"} _ _ 9 4 5", "x{i=\"3\"} _ _ _ _ 7")
        overlay.add(["__name__": "x", "i": "1"], Sample(150_000, staleMarker))
        let both = OverlaySource(base: base, overlay: overlay)
        #expect(try answers(both, "x", at: 4) == ["x{i=\"2\"} 5", "x{i=\"3\"} 7"])
        // Of two samples at one time the one below was there first.
        #expect(try answers(both, "x", at: 2) == ["x{i=\"1\"} 3", "x{i=\"2\"} 3"])
        #expect(
            try answers(both, "sum_over_time(x[10m])", at: 4) == ["{i=\"1\"} 6", "{i=\"2\"} 15", "{i=\"3\"} 7"])
        #expect(try answers(both, "y", at: 4) == ["y 1"])
        let cursor = try both.select([.metric("x")], from: 0, to: 240_000)
        defer { cursor.close() }
        var numbers: Set<Int64> = []
        while try cursor.next() { numbers.insert(cursor.seriesID) }
        #expect(numbers.count == 3)
        #expect(try !cursor.next())
    }
}
