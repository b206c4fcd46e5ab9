import Glibc
import Model
import Synchronization

/// Sees to it that a store's file is ours alone and lies where SQLite is safe.
final class FileGuard: Sendable {
    private let descriptor: Int32
    private let isHeld = Atomic(true)

    /// Takes the file for this process; throws a `UserError` when it cannot be used.
    ///
    /// The lock is flock's: it is independent of the locks that SQLite takes, ends with the process however it ends, and
    /// lets a sqlite3 shell read and write the file. The descriptor stays open for as long as SQLite uses the file: closing
    /// any descriptor of a file drops this process's POSIX locks on it (https://sqlite.org/howtocorrupt.html, 2.2).
    init(path: String, creating: Bool = true) throws(UserError) {
        try refuseNetworkFileSystem(path)
        descriptor = Glibc.open(path, O_RDWR | (creating ? O_CREAT : 0) | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw UserError("cannot open \(path): \(reason(errno, path))") }
        var code: Int32 = 0
        // A child process of ours has the lock too between its fork and its exec: that passes.
        for _ in 0..<20 {
            code = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
            if code != EWOULDBLOCK { break }
            usleep(10_000)
        }
        guard code == 0 else {
            Glibc.close(descriptor)
            throw UserError(
                code == EWOULDBLOCK
                    ? "cannot open \(path): another vedette is using it"
                    : "cannot lock \(path): \(String(cString: strerror(code)))")
        }
    }

    deinit { release() }

    /// Lets another process have the file; to be called when SQLite is done with it.
    func release() {
        if isHeld.exchange(false, ordering: .relaxed) { Glibc.close(descriptor) }
    }
}

private func reason(_ code: Int32, _ path: String) -> String {
    switch code {
    case EROFS: "the file system is read-only"
    case ENOENT:
        fileExists(folder(of: path)) ? "there is no such file" : "the directory \(folder(of: path)) does not exist"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "it is a directory"
    case ENOSPC, EDQUOT: "the disk is full"
    default: String(cString: strerror(code))
    }
}
