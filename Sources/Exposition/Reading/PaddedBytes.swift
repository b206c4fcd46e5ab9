/// A body lent to a reader: its bytes, and behind them at least `padding` zero bytes that may be read too.
///
/// The padding is what lets the loops of the readers look ahead by whole words and stop at a zero byte instead of
/// comparing every position with the end. Whoever makes one of these promises that the padding is there.
public struct PaddedBytes {
    /// How many zero bytes have to stand behind the body.
    public static let padding = 64

    /// The first byte.
    public let start: UnsafeRawPointer
    /// The number of bytes, without the padding.
    public let count: Int

    /// A body of `count` bytes at `start`; `padding` readable zero bytes must follow it.
    @inlinable
    public init(start: UnsafeRawPointer, count: Int) {
        self.start = start
        self.count = count
    }

    /// Some of the bytes. The range is cut to the body.
    @inlinable
    public subscript(range: Range<Int>) -> UnsafeRawBufferPointer {
        let inside = range.clamped(to: 0..<count)
        return UnsafeRawBufferPointer(start: start + inside.lowerBound, count: inside.count)
    }

    /// Lends a padded copy of bytes that have no padding of their own.
    public static func lend<Result, Failure: Error>(
        _ bytes: some Collection<UInt8>, _ body: (PaddedBytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let size = bytes.count
        let copy = UnsafeMutableRawPointer.allocate(byteCount: size + padding, alignment: 16)
        defer { copy.deallocate() }
        UnsafeMutableRawBufferPointer(start: copy, count: size).copyBytes(from: bytes)
        copy.advanced(by: size).initializeMemory(as: UInt8.self, repeating: 0, count: padding)
        return try body(PaddedBytes(start: UnsafeRawPointer(copy), count: size))
    }
}
