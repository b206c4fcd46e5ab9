import Glibc
import Model

/// What is imported: a file, or what comes on standard input.
struct ImportFile: ~Copyable {
    /// The bytes at either end that make a file known.
    private static let sampled = 1 << 16

    let descriptor: Int32
    /// As messages name it.
    let name: String
    /// The size in bytes; nil where it is not known.
    let size: Int64?
    /// What makes it the same file when the same command is run again; nil for what cannot be read from the middle.
    let identity: String?

    /// Opens a file; `-` or nil is standard input.
    init(_ path: String?, format: String) throws(UserError) {
        guard let path, path != "-" else {
            (descriptor, name, size, identity) = (STDIN_FILENO, "standard input", nil, nil)
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw UserError("cannot read \(path): \(String(cString: strerror(errno)))") }
        descriptor = opened
        name = path
        var info = stat()
        guard fstat(opened, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            (size, identity) = (nil, nil)
            return
        }
        let length = Int64(info.st_size)
        size = length
        let head = Self.hash(opened, from: 0)
        let tail = Self.hash(opened, from: max(0, length - Int64(Self.sampled)))
        identity = "\(format) \(length) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec) \(head) \(tail)"
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// Goes to a place in a file that has an identity.
    func seek(to position: Int64) throws(UserError) {
        if position > 0, lseek(descriptor, off_t(position), SEEK_SET) < 0 {
            throw UserError("cannot read \(name): \(String(cString: strerror(errno)))")
        }
    }

    /// FNV-1a of some bytes from a place on.
    private static func hash(_ descriptor: Int32, from position: Int64) -> String {
        var room = [UInt8](repeating: 0, count: sampled)
        let count = pread(descriptor, &room, room.count, off_t(position))
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in room.prefix(max(0, count)) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
