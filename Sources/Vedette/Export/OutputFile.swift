import Glibc
import Model

/// Where an export goes: standard output, or a file that has its name only when it is complete.
final class OutputFile {
    private let path: String?
    private let partial: String
    private var descriptor: Int32
    private let name: String

    /// Begins a file; nil or `-` is standard output.
    init(_ path: String?) throws(UserError) {
        let path = path == "-" ? nil : path
        self.path = path
        name = path ?? "standard output"
        partial = (path ?? "") + ".partial"
        descriptor = STDOUT_FILENO
        guard path != nil else { return }
        descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw cannotWrite() }
    }

    /// Writes bytes.
    func write(_ bytes: [UInt8]) throws(UserError) {
        var written = 0
        while written < bytes.count {
            let start = written
            let count = bytes.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
            }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                throw cannotWrite()
            }
        }
    }

    /// Ends the file, which has its name from now on.
    func finish() throws(UserError) {
        guard let path else { return }
        guard fsync(descriptor) == 0, close(descriptor) == 0 else { throw cannotWrite() }
        descriptor = -1
        guard rename(partial, path) == 0 else { throw cannotWrite() }
    }

    deinit {
        guard path != nil, descriptor >= 0 else { return }
        close(descriptor)
        unlink(partial)
    }

    private func cannotWrite() -> UserError { UserError("cannot write \(name): \(String(cString: strerror(errno)))") }
}
