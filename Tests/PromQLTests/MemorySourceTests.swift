import Model
import Testing

@testable import PromQL

@Suite("Series in memory")
struct MemorySourceTests {
    private func found(_ source: MemorySource, _ metric: String) throws -> [String: [String]] {
        let cursor = try source.select([LabelMatcher("__name__", .equal, metric)], from: .min, to: .max)
        var found: [String: [String]] = [:]
        while try cursor.next() {
            found["\(try cursor.labels)"] = try cursor.withSamples { zip($0, $1).map { "\($1) @\($0)" } }
        }
        return found
    }

    @Test("are forgotten up to a time, and those that are over wholly")
    func forgetting() throws {
        var source = MemorySource()
        let (first, second, other): (Labels, Labels, Labels) = (
            ["__name__": "x", "i": "1"], ["__name__": "x", "i": "2"], ["__name__": "y"]
        )
        source.add(first, [Sample(10, 1), Sample(20, 2)])
        source.add(second, [Sample(10, 3), Sample(20, 4), Sample(30, 5)])
        source.add(other, [Sample(30, 6)])
        source.forget(before: .min)
        #expect(try found(source, "x").count == 2)
        source.forget(before: 20)
        #expect(
            try found(source, "x") == ["x{i=\"1\"}": ["2.0 @20"], "x{i=\"2\"}": ["4.0 @20", "5.0 @30"]])
        source.forget(before: 21)
        #expect(try found(source, "x") == ["x{i=\"2\"}": ["5.0 @30"]])
        #expect(try found(source, "y") == ["y": ["6.0 @30"]])
        // The places of those that stay are others now.
        source.add(first, Sample(40, 7))
        source.add(other, Sample(40, 8))
        #expect(try found(source, "x").keys.sorted() == ["x{i=\"1\"}", "x{i=\"2\"}"])
        #expect(try found(source, "y") == ["y": ["6.0 @30", "8.0 @40"]])
        #expect(source.last(of: first, until: 40)?.value == 7)
        source.forget(before: .max)
        #expect(source.isEmpty)
    }
}
