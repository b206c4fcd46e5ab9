import Glibc
import Model

/// How the configuration reaches files. Handed in, so that a check of untrusted bytes can be kept away from the disk.
public struct FileAccess: Sendable {
    /// The bytes of a file; throws when it cannot be read or has more than the bytes allowed.
    public var read: @Sendable (_ path: String, _ limit: Int) throws(UserError) -> [UInt8]
    /// The paths that fit a pattern such as `rules/*.yaml`, sorted; none when there are none.
    public var glob: @Sendable (_ pattern: String) -> [String]

    /// Files reached by these two closures.
    public init(
        read: @escaping @Sendable (_ path: String, _ limit: Int) throws(UserError) -> [UInt8],
        glob: @escaping @Sendable (_ pattern: String) -> [String]
    ) {
        self.read = read
        self.glob = glob
    }

    /// The machine's files.
    public static let system = FileAccess(
        read: { (path, limit) throws(UserError) in try readFile(path, limit: limit) }, glob: { matchingPaths($0) })

    /// No files at all.
    public static let none = FileAccess(
        read: { (path, _) throws(UserError) in throw UserError("cannot read \(path): files are out of reach here") },
        glob: { _ in [] })
}

/// Reads a whole file of at most `limit` bytes.
public func readFile(_ path: String, limit: Int) throws(UserError) -> [UInt8] {
    // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw UserError("cannot read \(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            throw UserError("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        if count == 0 { return bytes }
        bytes.append(contentsOf: block.prefix(count))
        if bytes.count > limit { throw UserError("cannot read \(path): it has more than \(limit) bytes") }
    }
}

/// The paths that fit a shell pattern, sorted.
public func matchingPaths(_ pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
        found.gl_pathv[index].map { String(cString: $0) }
    }
}
