import CZlib
import Model

/// Compresses one answer into the gzip format, piece by piece.
final class GzipEncoder {
    // zlib's state points back at the stream: it must not move, so that it lives in memory of its own.
    private let stream: UnsafeMutablePointer<z_stream>

    /// An encoder at a level from 1 (fast) to 9 (small).
    init(level: Int32) throws(UserError) {
        stream = .allocate(capacity: 1)
        guard zlib_begin_gzip(stream, level) == Z_OK else {
            stream.deallocate()
            throw UserError("cannot compress answer: zlib has no memory")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Takes bytes in, and appends what comes out. The last call of an answer says so.
    func encode(_ bytes: [UInt8], into out: inout [UInt8], last: Bool) {
        // zlib never writes to its input, although its interface forgets to say so.
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            var left = input.count
            repeat {
                let piece = min(left, 1 << 30)
                left -= piece
                stream.pointee.avail_in = UInt32(piece)
                run(into: &out, flush: last && left == 0 ? Z_FINISH : Z_NO_FLUSH)
            } while left > 0
            stream.pointee.next_in = nil
        }
    }

    private func run(into out: inout [UInt8], flush: Int32) {
        // A text answer shrinks about fivefold: one round is the rule.
        let room = max(4096, Int(stream.pointee.avail_in) / 4)
        repeat {
            let start = out.count
            out.append(contentsOf: repeatElement(0, count: room))
            out.withUnsafeMutableBufferPointer { buffer in
                stream.pointee.next_out = buffer.baseAddress?.advanced(by: start)
                stream.pointee.avail_out = UInt32(room)
                deflate(stream, flush)
                stream.pointee.next_out = nil
            }
            out.removeLast(Int(stream.pointee.avail_out))
        } while stream.pointee.avail_out == 0
    }
}
