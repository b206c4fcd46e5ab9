import Model
import Patterns

/// Series in memory, for queries over what is not in a store: what tests of rules describe.
public struct MemorySource: Sendable {
    fileprivate struct Series: Sendable {
        var labels: Labels
        var timestamps: [Int64]
        var values: [Double]
    }

    fileprivate var series: [Series] = []
    private var places: [Labels: Int] = [:]

    /// No series.
    public init() {}

    /// Adds samples of a series, given in the order of time. Of two at one time the first counts.
    public mutating func add(_ labels: Labels, _ samples: [Sample]) {
        let place = places[labels] ?? series.count
        if place == series.count {
            places[labels] = place
            series.append(Series(labels: labels, timestamps: [], values: []))
        }
        for sample in samples {
            let times = series[place].timestamps
            var at = times.count
            while at > 0, times[at - 1] > sample.timestamp { at -= 1 }
            if at > 0, times[at - 1] == sample.timestamp { continue }
            series[place].timestamps.insert(sample.timestamp, at: at)
            series[place].values.insert(sample.value, at: at)
        }
    }
}

extension MemorySource: SeriesSource {
    /// The series that satisfy every matcher, in the order in which they were first added.
    public func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        let compiled = try matchers.map { try CompiledMatcher($0) }
        let found = series.indices.filter { index in
            compiled.allSatisfy { $0.accepts(series[index].labels[$0.matcher.name] ?? "") }
        }
        return MemoryCursor(source: self, found: found, from: from, to: to)
    }
}

private final class MemoryCursor: SeriesCursor {
    private let source: MemorySource
    private let found: [Int]
    private let from: Int64
    private let to: Int64
    private var at = -1

    init(source: MemorySource, found: [Int], from: Int64, to: Int64) {
        self.source = source
        self.found = found
        self.from = from
        self.to = to
    }

    var seriesCount: Int { found.count }

    func next() -> Bool {
        at += 1
        return at < found.count
    }

    private var current: MemorySource.Series? { found.indices.contains(at) ? source.series[found[at]] : nil }

    var seriesID: Int64 { found.indices.contains(at) ? Int64(found[at]) : 0 }

    var labels: Labels { current?.labels ?? .none }

    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        guard let current else {
            return try body(UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
        }
        let first = current.timestamps.firstIndex { $0 >= from } ?? current.timestamps.count
        let end = current.timestamps.firstIndex { $0 > to } ?? current.timestamps.count
        let range = first..<max(first, end)
        return try current.timestamps.withUnsafeBufferPointer { timestamps in
            try current.values.withUnsafeBufferPointer { values in
                try body(
                    UnsafeBufferPointer(rebasing: timestamps[range]), UnsafeBufferPointer(rebasing: values[range]))
            }
        }
    }

    func close() {}
}
