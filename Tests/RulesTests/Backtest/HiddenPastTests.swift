import Model
import PromQL
import Testing

@testable import Rules

@Suite("The stored past without what is recorded anew")
struct HiddenPastTests {
    /// The samples of each series that is found.
    private func found(_ matchers: [LabelMatcher], from: Int64 = 0, to: Int64 = .max) throws -> [String: Int] {
        var hidden = HiddenSeries()
        for rule in try makeGroup("record: r, expr: x", "alert: A, expr: x").rules { hidden.add(rule, from: 300_000) }
        let base = try source(
            "x 1x9", "r 1x9", "r{i=\"1\"} 1x9", "ALERTS{alertname=\"A\"} 1x9", "ALERTS{alertname=\"B\"} 1x9",
            "ALERTS_FOR_STATE{alertname=\"A\"} 1x9", "y{alertname=\"A\"} 1x9")
        let cursor = try HiddenPast(base: base, hidden: hidden).select(matchers, from: from, to: to)
        defer { cursor.close() }
        var found: [String: Int] = [:]
        while try cursor.next() { found["\(try cursor.labels)"] = try cursor.withSamples { times, _ in times.count } }
        return found
    }

    @Test("hides by the name of the metric, and of the alert")
    func names() throws {
        #expect(try found([LabelMatcher("__name__", .equal, "x")]) == ["x": 10])
        #expect(try found([LabelMatcher("__name__", .equal, "r")]) == ["r": 5, "r{i=\"1\"}": 5])
        #expect(
            try found([LabelMatcher("__name__", .equal, "ALERTS")]) == [
                "ALERTS{alertname=\"A\"}": 5, "ALERTS{alertname=\"B\"}": 10,
            ])
        let all = try found([])
        #expect(all.values.sorted() == [5, 5, 5, 5, 10, 10, 10])
        #expect(all["y{alertname=\"A\"}"] == 10 && all["ALERTS_FOR_STATE{alertname=\"A\"}"] == 5)
        #expect(
            try found([LabelMatcher("__name__", .matches, "r|x"), LabelMatcher("i", .equal, "1")]) == ["r{i=\"1\"}": 5])
    }

    @Test("hides nothing that is earlier")
    func times() throws {
        #expect(try found([LabelMatcher("__name__", .equal, "r")], to: 120_000).values.sorted() == [3, 3])
        #expect(try found([LabelMatcher("__name__", .equal, "r")], from: 240_000).values.sorted() == [1, 1])
        #expect(try found([LabelMatcher("__name__", .equal, "r")], from: 300_000).values.reduce(0, +) == 0)
    }
}
