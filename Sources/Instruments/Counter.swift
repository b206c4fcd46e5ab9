import Synchronization

/// A total that only grows, from 0 at the start of the process.
public final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    /// A counter at 0. One that is to be seen is made by a `Registry`; one by itself serves in tests.
    public init() {}

    /// Counts `amount` more. A total never shrinks: a negative amount is a mistake of the program and counts nothing.
    public func increment(by amount: Int = 1) {
        assert(amount >= 0, "a counter cannot go down")
        total.wrappingAdd(UInt64(max(0, amount)), ordering: .relaxed)
    }

    /// The total so far.
    public var value: UInt64 { total.load(ordering: .relaxed) }
}

extension Counter: Instrument {
    /// Counters.
    public static var type: InstrumentType { .counter }

    /// One sample.
    public func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        samples.append(InstrumentSample(name: name, labels: labels, value: Double(value)))
    }
}
