import CZlib

/// How a body is compressed that we can undo.
enum BodyCoding {
    /// Any number of gzip members, one behind the other.
    case gzip
    /// One zlib stream, which HTTP calls "deflate".
    case deflate

    /// zlib's number for the format: 15 bits of window, and 16 more for gzip.
    fileprivate var windowBits: Int32 { self == .gzip ? 15 + 16 : 15 }
}

/// Undoes the compression of one body after the other, strictly: libcurl takes a body that was cut off for whole.
final class BodyDecoder {
    /// What came of some bytes.
    enum Outcome {
        case taken
        case damaged
        case tooLarge
        case outOfMemory
    }

    // zlib's state points back at the stream: it must not move, so that it lives in memory of its own.
    private let stream: UnsafeMutablePointer<z_stream>
    private var coding: BodyCoding
    /// Whether the bytes so far end where a member ends.
    private(set) var isWhole = false

    /// Nil when there is no memory.
    init?(_ coding: BodyCoding) {
        self.coding = coding
        stream = .allocate(capacity: 1)
        guard zlib_begin_inflate(stream, coding.windowBits) == Z_OK else {
            // zlib frees what it could not finish; `inflateEnd` on it in `deinit` only says so.
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins another body in the same memory. False when zlib refuses.
    func begin(_ coding: BodyCoding) -> Bool {
        self.coding = coding
        isWhole = false
        return inflateReset2(stream, coding.windowBits) == Z_OK
    }

    /// Appends what the bytes stand for, up to that many bytes in the buffer and not one more.
    func decode(_ bytes: UnsafeRawBufferPointer, into buffer: ByteBuffer, limit: Int) -> Outcome {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, !bytes.isEmpty else { return .taken }
        guard let length = UInt32(exactly: bytes.count) else { return .tooLarge }
        // zlib never writes to its input, although its interface forgets to say so.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start)
        stream.pointee.avail_in = length
        defer { stream.pointee.next_in = nil }
        while true {
            if isWhole {
                guard coding == .gzip, inflateReset(stream) == Z_OK else { return .damaged }
                isWhole = false
            }
            guard let code = inflateStep(into: buffer, limit: limit) else { return .outOfMemory }
            if buffer.count > limit {
                buffer.cut(to: limit)
                return .tooLarge
            }
            switch code {
            case Z_STREAM_END:
                isWhole = true
                if stream.pointee.avail_in == 0 { return .taken }
            case Z_OK, Z_BUF_ERROR:
                // Room that is left says that zlib has no more to give.
                if stream.pointee.avail_out > 0 { return .taken }
            case Z_MEM_ERROR: return .outOfMemory
            default: return .damaged
            }
        }
    }

    /// One step into the room at the end of the buffer, of which one byte may be above the limit. Nil when there is no memory.
    private func inflateStep(into buffer: ByteBuffer, limit: Int) -> Int32? {
        // A full buffer doubles: with the padding the end needs no more.
        guard buffer.reserve(buffer.count + HTTPTransferResult.padding + 1) else { return nil }
        let spare = buffer.spare
        let room = min(spare.count - 1, max(limit - buffer.count, 0), 1 << 30) + 1
        stream.pointee.next_out = spare.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        buffer.take(room - Int(stream.pointee.avail_out))
        stream.pointee.next_out = nil
        return code
    }
}
