import Model
import PromQL

/// What a test's queries see: its series up to a time, and what rules have recorded.
struct TestStorage: SeriesSource {
    private var memory = MemorySource()
    /// The time that it has come to be: what is later is not there yet.
    var present: Int64 = .min

    /// Puts the series of a test down.
    init(_ test: RuleTest) throws(UserError) {
        var columns: [Labels: [Sample]] = [:]
        var order: [Labels] = []
        for series in test.series {
            let (labels, points) = try Self.read(series)
            var samples: [Sample] = []
            var time = test.start
            for point in points {
                if let point { samples.append(Sample(time, point)) }
                time = time.subtractingClamped(-test.interval)
            }
            // Of a series that is written twice the second counts.
            if columns.updateValue(samples, forKey: labels) == nil { order.append(labels) }
        }
        for labels in order { memory.add(labels, columns[labels] ?? []) }
    }

    private static func read(_ series: TestSeries) throws(UserError) -> (Labels, [Double?]) {
        do {
            return (try SeriesNotation.labels(series.labels), try SeriesNotation.points(series.values))
        } catch {
            throw UserError(error.message, at: series.place)
        }
    }

    /// Stores a sample as Prometheus does: the time of a series goes forward, and at one time it has one value. That a series
    /// ended is not said where it has a sample already.
    mutating func append(_ labels: Labels, _ sample: Sample) throws(UserError) {
        if let last = memory.last(of: labels, until: present), last.timestamp >= sample.timestamp {
            if isStale(sample.value) { return }
            if last.timestamp > sample.timestamp {
                throw UserError("out of order sample of \(labels)")
            }
            if last.value.bitPattern != sample.value.bitPattern {
                throw UserError("\(labels) has a sample of another value at this time already")
            }
            return
        }
        memory.add(labels, sample)
    }

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        try memory.select(matchers, from: from, to: min(to, present))
    }
}
