import Synchronization

/// How long something took, counted in fixed buckets of seconds.
public final class Histogram: Sendable {
    /// Upper bounds from 100 µs to 10 s, for work of a disk, a network or a query.
    public static let defaultBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

    /// The buckets' inclusive upper bounds in seconds, without the last one, which is infinite.
    public let bounds: [Double]
    /// What fell between a bound and the one before it; the last one is for what is beyond all bounds.
    private let counts: [Counter]
    /// Whole nanoseconds, so that adding is one instruction; they last for 584 years.
    private let sum = Atomic<UInt64>(0)

    /// A histogram with buckets of these upper bounds, which ascend. One that is to be seen is made by a `Registry`.
    public init(buckets bounds: [Double] = Histogram.defaultBuckets) {
        precondition(
            zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 } && bounds.allSatisfy { $0.isFinite },
            "the buckets of a histogram are finite and ascend")
        self.bounds = bounds
        self.counts = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts one duration in nanoseconds, as a difference of two readings of the monotonic clock.
    public func observe(nanoseconds: UInt64) {
        let seconds = Double(nanoseconds) / 1e9
        // Few bounds, and most durations are short: from the front is as fast as halving.
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        counts[bucket].increment()
        sum.wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    /// Counts one duration in seconds. A clock that was set back gives negative ones: they count as 0, and so does NaN.
    public func observe(seconds: Double) {
        let nanoseconds = (seconds * 1e9).rounded()
        observe(nanoseconds: nanoseconds > 0 ? UInt64(exactly: min(nanoseconds, 1e19)) ?? 0 : 0)
    }

    /// How many durations were counted.
    public var count: UInt64 { counts.reduce(0) { $0 &+ $1.value } }

    /// The sum of all durations in seconds.
    public var sumSeconds: Double { Double(sum.load(ordering: .relaxed)) / 1e9 }
}

extension Histogram: Instrument {
    /// Histograms.
    public static var type: InstrumentType { .histogram }

    /// Cumulative buckets, the sum and the count. The count is the last bucket, so that the two agree even while others
    /// count. Bounds are written as OpenMetrics and Prometheus 3 want them in both formats: `1.0`, not `1`.
    public func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        var cumulative: UInt64 = 0
        for (index, counter) in counts.enumerated() {
            cumulative &+= counter.value
            let bound = index < bounds.count ? bounds[index].description : "+Inf"
            samples.append(
                InstrumentSample(
                    name: name + "_bucket", labels: labels + [("le", bound)], value: Double(cumulative)))
        }
        samples.append(InstrumentSample(name: name + "_sum", labels: labels, value: sumSeconds))
        samples.append(InstrumentSample(name: name + "_count", labels: labels, value: Double(cumulative)))
    }
}
