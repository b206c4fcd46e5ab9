import Model

extension SampleToken {
    /// The bytes of the value.
    @inlinable
    public func value(in body: PaddedBytes) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: body.start + Int(start), count: Int(length))
    }

    /// The bytes of the timestamp; empty when there is none.
    @inlinable
    public func timestamp(in body: PaddedBytes) -> UnsafeRawBufferPointer {
        let from = Int(start) + Int(length) + Int(gap)
        return UnsafeRawBufferPointer(start: body.start + from, count: Int(timestampLength))
    }
}
