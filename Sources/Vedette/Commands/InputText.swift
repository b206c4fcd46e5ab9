import Exposition
import Glibc
import Model

/// All that comes from a descriptor. It may be hundreds of megabytes, so it is kept once: it grows in place, and stands where
/// readers want it.
final class InputText {
    private var start: UnsafeMutableRawPointer?
    private var count = 0
    private var capacity = 0

    /// Reads to the end.
    init(_ descriptor: Int32, name: String) throws(UserError) {
        func cannot(_ reason: Int32) -> UserError {
            UserError("cannot read \(name): \(String(cString: strerror(reason)))")
        }
        while true {
            if capacity - count <= PaddedBytes.padding {
                guard let larger = realloc(start, max(1 << 20, 2 * capacity)) else { throw cannot(ENOMEM) }
                start = larger
                capacity = max(1 << 20, 2 * capacity)
            }
            let room = UnsafeMutableRawBufferPointer(start: start, count: capacity - PaddedBytes.padding)
            let taken = read(descriptor, room.baseAddress.map { $0 + count }, room.count - count)
            if taken == 0 { break }
            if taken > 0 {
                count += taken
            } else if errno != EINTR {
                throw cannot(errno)
            }
        }
        if let start { memset(start + count, 0, PaddedBytes.padding) }
    }

    deinit { free(start) }

    /// Lends the bytes.
    func lend<Value>(_ body: (PaddedBytes) -> Value) -> Value {
        guard let start else { return PaddedBytes.lend([], body) }
        return body(PaddedBytes(start: UnsafeRawPointer(start), count: count))
    }
}
