/// Where a sample's value stands in a body, and its timestamp if it has one. Eight bytes.
public struct SampleToken: Sendable, Hashable {
    /// The offset of the value's first byte.
    public var start: UInt32
    /// The number of bytes of the value.
    public var length: UInt16
    /// How many bytes stand between the value and the timestamp.
    public var gap: UInt8
    /// The number of bytes of the timestamp; 0 when there is none.
    public var timestampLength: UInt8

    /// The token of a value without a timestamp.
    @inlinable
    public init(start: UInt32, length: UInt16, gap: UInt8 = 0, timestampLength: UInt8 = 0) {
        self.start = start
        self.length = length
        self.gap = gap
        self.timestampLength = timestampLength
    }
}
