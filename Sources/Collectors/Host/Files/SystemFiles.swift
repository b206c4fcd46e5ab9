import Glibc
import Model

/// Reads the small files of `/proc` and `/sys` below a root, into one buffer that is used again and again.
///
/// What is read is lent: it is good until the next file is read (the language sees to that by a copy if it must).
struct SystemFiles {
    /// Files of the kernel are small; the largest is `/proc/stat` of a machine with thousands of interrupts. What is
    /// longer than this is none of them, and is not read further.
    static let longest = 4 << 20

    /// Put before every path; without a slash at its end.
    let root: String
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)

    init(root: String) {
        var root = root
        while root.utf8.last == UInt8(ascii: "/") { root.removeLast() }
        self.root = root
    }

    /// The contents of a file that has to be there.
    mutating func read(_ path: String) throws(UserError) -> ArraySlice<UInt8> {
        let outcome = readBytes(path)
        if outcome.code != 0 { throw UserError("cannot read \(root)\(path): \(reason(outcome.code))") }
        return buffer[..<outcome.count]
    }

    /// The contents of a file that need not be there; nil also when the kernel will not give them (a link that is down
    /// answers the question for its speed with an error).
    mutating func readIfPresent(_ path: String) -> ArraySlice<UInt8>? {
        let outcome = readBytes(path)
        return outcome.code == 0 ? buffer[..<outcome.count] : nil
    }

    /// The one number in a file that need not be there.
    mutating func number(_ path: String) -> Double? {
        readIfPresent(path)?.trimmed().number
    }

    /// The text of a file that need not be there, without the white space around it.
    mutating func text(_ path: String) -> String? {
        readIfPresent(path)?.trimmed().text
    }

    /// The names in a directory in byte order, without `.` and `..`; nil when it cannot be listed.
    func list(_ path: String) -> [String]? {
        guard let directory = opendir(root + path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted(by: bytesPrecede)
    }

    /// The contents of one file of a directory of sysfs, where a directory has a file a value; nil when it is not there
    /// or the kernel will not give it. Such a file is at most a page, and comes in one piece.
    mutating func attribute(_ name: String, of directory: borrowing OpenDirectory) -> ArraySlice<UInt8>? {
        let descriptor = openat(directory.descriptor, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        return count < 0 ? nil : buffer[..<count].trimmed()
    }

    /// Opens a directory to read several of its files: the way to it is walked once.
    func openDirectory(_ path: String) -> OpenDirectory? { OpenDirectory(root + path) }

    /// Fills the buffer from its beginning. Answers with how many bytes there are, or with the code of the error.
    private mutating func readBytes(_ path: String) -> (count: Int, code: Int32) {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return (0, errno) }
        defer { close(descriptor) }
        var filled = 0
        while true {
            if filled == buffer.count {
                if filled >= SystemFiles.longest { return (0, EFBIG) }
                buffer += [UInt8](repeating: 0, count: filled)
            }
            let start = filled
            let got = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(
                    descriptor, UnsafeMutableRawBufferPointer(rebasing: bytes[start...]).baseAddress,
                    bytes.count - start)
            }
            if got == 0 { return (filled, 0) }
            if got > 0 {
                filled += got
            } else if errno != EINTR {
                return (0, errno)
            }
        }
    }
}

/// A directory that is open as long as the value lives.
struct OpenDirectory: ~Copyable {
    let descriptor: Int32

    init?(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

/// What the C library says about the code of an error.
func reason(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
