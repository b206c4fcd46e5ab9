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
    init(path: String, waiting: () -> Void = { usleep(10_000) }) throws(UserError) {
        try refuseNetworkFileSystem(path)
        // While somebody waited, the file may have been exchanged for another one (restored, recovered): whoever kept the old
        // one would write into the new one beside its owner.
        for _ in 0..<5 {
            let file = try Self.locked(path, waiting)
            if Self.isNamed(file, path) {
                descriptor = file
                return
            }
            Glibc.close(file)
        }
        throw UserError("cannot open \(path): it is exchanged for another one again and again")
    }

    private static func locked(_ path: String, _ waiting: () -> Void) throws(UserError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw UserError("cannot open \(path): \(reason(errno, path))") }
        var code: Int32 = 0
        // A child process of ours has the lock too between its fork and its exec: that passes.
        for _ in 0..<20 {
            code = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
            if code != EWOULDBLOCK { break }
            waiting()
        }
        guard code == 0 else {
            Glibc.close(descriptor)
            throw UserError(
                code == EWOULDBLOCK
                    ? "cannot open \(path): another vedette is using it"
                    : "cannot lock \(path): \(String(cString: strerror(code)))")
        }
        return descriptor
    }

    /// Whether the open file is the one that the name leads to.
    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard fstat(descriptor, &open) == 0, stat(path, &named) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
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
