import Model
import Patterns

/// Series in memory, for queries over what is not in a store: what tests of rules describe, and what rules would have recorded.
public struct MemorySource: Sendable {
    fileprivate struct Series: Sendable {
        var labels: Labels
        var timestamps: [Int64] = []
        var values: [Double] = []
    }

    fileprivate var series: [Series] = []
    private var places: [Labels: Int] = [:]
    /// The series of each metric: most selectors name one.
    private var ofMetric: [[UInt8]: [Int]] = [:]

    /// No series.
    public init() {}

    /// Whether there is no series.
    public var isEmpty: Bool { series.isEmpty }

    /// Adds samples of a series, given in the order of time. Of two at one time the first counts, unless it only says that the
    /// series ended.
    public mutating func add(_ labels: Labels, _ samples: [Sample]) {
        let place = place(of: labels)
        for sample in samples { insert(sample, at: place) }
    }

    /// Adds one sample of a series.
    public mutating func add(_ labels: Labels, _ sample: Sample) {
        insert(sample, at: place(of: labels))
    }

    /// The last sample of a series that is not later than a time.
    public func last(of labels: Labels, until time: Int64) -> Sample? {
        guard let place = places[labels] else { return nil }
        let end = series[place].timestamps.firstPlace(after: time)
        return end == 0 ? nil : Sample(series[place].timestamps[end - 1], series[place].values[end - 1])
    }

    /// Forgets all samples before a time, and the series that have no others.
    public mutating func forget(before time: Int64) {
        var kept: [Series] = []
        kept.reserveCapacity(series.count)
        for var one in series {
            let first = time == .min ? 0 : one.timestamps.firstPlace(after: time - 1)
            if first == one.timestamps.count { continue }
            one.timestamps.removeFirst(first)
            one.values.removeFirst(first)
            kept.append(one)
        }
        let isSame = kept.count == series.count
        series = kept
        if isSame { return }
        places.removeAll(keepingCapacity: true)
        ofMetric.removeAll(keepingCapacity: true)
        for (place, one) in series.enumerated() {
            places[one.labels] = place
            ofMetric[Array(one.labels.metric.utf8), default: []].append(place)
        }
    }

    private mutating func place(of labels: Labels) -> Int {
        if let place = places[labels] { return place }
        places[labels] = series.count
        ofMetric[Array(labels.metric.utf8), default: []].append(series.count)
        series.append(Series(labels: labels))
        return series.count - 1
    }

    private mutating func insert(_ sample: Sample, at place: Int) {
        let end = series[place].timestamps.firstPlace(after: sample.timestamp)
        if end > 0, series[place].timestamps[end - 1] == sample.timestamp {
            if isStale(series[place].values[end - 1]) { series[place].values[end - 1] = sample.value }
            return
        }
        series[place].timestamps.insert(sample.timestamp, at: end)
        series[place].values.insert(sample.value, at: end)
    }

    /// The series that satisfy every matcher.
    fileprivate func found(_ matchers: [LabelMatcher]) throws -> [Int] {
        var candidates: [Int]?
        var compiled: [CompiledMatcher] = []
        for matcher in matchers {
            if candidates == nil, matcher.operation == .equal, sameBytes(matcher.name, Labels.metricName) {
                candidates = ofMetric[Array(matcher.value.utf8)] ?? []
            } else {
                compiled.append(try CompiledMatcher(matcher))
            }
        }
        return (candidates ?? Array(series.indices)).filter { index in
            compiled.allSatisfy { $0.accepts(series[index].labels[$0.matcher.name] ?? "") }
        }
    }
}

extension MemorySource: SeriesSource {
    /// The series that satisfy every matcher, in the order in which they were first added.
    public func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        MemoryCursor(source: self, found: try found(matchers), from: from, to: to)
    }
}

extension [Int64] {
    /// The first place, in numbers that ascend, behind all that are not greater than this one.
    fileprivate func firstPlace(after number: Int64) -> Int {
        // Most often it is the end.
        guard let last, last > number else { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
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
        let first = from == .min ? 0 : current.timestamps.firstPlace(after: from - 1)
        let end = current.timestamps.firstPlace(after: to)
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
