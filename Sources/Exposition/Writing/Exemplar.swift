import Model

/// A sample's example: what was going on when it was taken, such as a trace.
public struct Exemplar: Sendable, Hashable {
    /// Its labels.
    public var labels: Labels
    /// Its value.
    public var value: Double
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64?

    /// An exemplar.
    public init(labels: Labels, value: Double, timestamp: Int64? = nil) {
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }
}
