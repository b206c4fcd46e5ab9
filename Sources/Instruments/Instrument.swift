/// What kinds of instruments there are; the raw value is the word of the exposition formats.
public enum InstrumentType: String, Sendable {
    /// A total that only grows.
    case counter
    /// A value that goes up and down.
    case gauge
    /// Durations in buckets.
    case histogram
}

/// Pairs of a label's name and its value, in the order in which they are shown.
public typealias InstrumentLabels = [(name: String, value: String)]

/// One value to be shown.
public struct InstrumentSample: Sendable {
    /// The whole name, with `_bucket`, `_sum` or `_count` where the type has them.
    public var name: String
    /// The labels, constant ones first.
    public var labels: InstrumentLabels
    /// The value when it was read.
    public var value: Double
}

/// Something that counts or measures, and can say what it has.
public protocol Instrument: Sendable {
    /// What kind it is.
    static var type: InstrumentType { get }

    /// Appends what is to be shown under this name and these labels.
    func appendSamples(_ name: String, _ labels: InstrumentLabels, to samples: inout [InstrumentSample])
}
