/// A value at a time.
public struct Sample: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64
    /// The value; `staleMarker` says that the series ended here.
    public var value: Double

    /// A value at a time.
    @inlinable
    public init(_ timestamp: Int64, _ value: Double) {
        self.timestamp = timestamp
        self.value = value
    }
}

/// The one NaN, by its bits, that says "this series went away", as Prometheus writes it.
@inlinable
public var staleMarker: Double { Double(bitPattern: 0x7ff0_0000_0000_0002) }

/// Whether a value is the stale marker rather than a number (or an ordinary NaN).
@inlinable
public func isStale(_ value: Double) -> Bool {
    value.bitPattern == 0x7ff0_0000_0000_0002
}
