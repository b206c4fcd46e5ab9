import CDeflate

/// Deflates in zlib's format with libdeflate, several times as fast as zlib itself at the same ratio.
/// One per thread: the working memory is set up once and used again.
final class Deflater {
    private let compressor: OpaquePointer?

    /// A deflater of this level, 1 (fast) to 12 (small).
    init(level: Int32 = 4) { compressor = libdeflate_alloc_compressor(level) }

    deinit { libdeflate_free_compressor(compressor) }

    /// Appends the deflated bytes to `out`, or the bytes themselves when they would not become fewer; returns how many.
    func deflate(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) -> Int {
        let start = out.count
        out.append(contentsOf: bytes)
        guard let compressor, bytes.count > 1 else { return bytes.count }
        let written = out.withUnsafeMutableBytes { room in
            libdeflate_zlib_compress(
                compressor, bytes.baseAddress, bytes.count, room.baseAddress?.advanced(by: start), bytes.count - 1)
        }
        if written == 0 {
            // It did not fit, and may have spoilt the room.
            out.replaceSubrange(start..., with: bytes)
            return bytes.count
        }
        out.removeLast(bytes.count - written)
        return written
    }
}

/// Inflates what `Deflater` wrote. One per thread.
final class Inflater {
    private let decompressor: OpaquePointer?

    init() { decompressor = libdeflate_alloc_decompressor() }

    deinit { libdeflate_free_decompressor(decompressor) }

    /// The inflated bytes; nil when the data is not what was deflated.
    func inflate(_ bytes: UnsafeRawBufferPointer, to size: Int) -> [UInt8]? {
        var out: [UInt8] = []
        return inflate(bytes, to: size, into: &out) ? out : nil
    }

    /// Inflates into `out`, which keeps its memory from call to call; false when the data is damaged.
    func inflate(_ bytes: UnsafeRawBufferPointer, to size: Int, into out: inout [UInt8]) -> Bool {
        if size == bytes.count {
            out.removeAll(keepingCapacity: true)
            out.append(contentsOf: bytes)
            return true
        }
        guard let decompressor, size > 0 else { return false }
        if out.count < size { out.append(contentsOf: repeatElement(0, count: size - out.count)) }
        if out.count > size { out.removeLast(out.count - size) }
        return out.withUnsafeMutableBytes { room in
            libdeflate_zlib_decompress(decompressor, bytes.baseAddress, bytes.count, room.baseAddress, size, nil)
                == LIBDEFLATE_SUCCESS
        }
    }
}
