import Synchronization

/// A value that goes up and down, from 0 at the start of the process.
public final class Gauge: Sendable {
    /// The bits of a double: there are atomic integers, but no atomic doubles.
    private let bits = Atomic<UInt64>(0)

    /// A gauge at 0. One that is to be seen is made by a `Registry`; one by itself serves in tests.
    public init() {}

    /// Sets the value.
    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    /// Sets the value.
    public func set(_ value: Int) { set(Double(value)) }

    /// Sets 1 for true and 0 for false.
    public func set(_ value: Bool) { set(value ? 1.0 : 0.0) }

    /// Adds to the value, or takes away when `amount` is negative.
    public func add(_ amount: Double) {
        var old = bits.load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + amount).bitPattern
            let (exchanged, present) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = present
        }
    }

    /// Adds to the value, or takes away when `amount` is negative.
    public func add(_ amount: Int) { add(Double(amount)) }

    /// The value now.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

extension Gauge: Instrument {
    /// Gauges.
    public static var type: InstrumentType { .gauge }

    /// One sample.
    public func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample]) {
        samples.append(InstrumentSample(name: name, labels: labels, value: value))
    }
}
