import CPlatform
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
    init(path: String) throws(UserError) {
        try refuseNetworkFileSystem(path)
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw UserError("cannot open \(path): \(reason(errno, path))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
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
    case ENOENT: "the folder \(folder(of: path)) does not exist"
    case EACCES: "permission denied"
    case EISDIR: "it is a folder"
    default: String(cString: strerror(code))
    }
}

/// The folder in which a file lies.
func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// WAL needs shared memory between the processes that use a file, and locks that work: network file systems have neither
/// (https://sqlite.org/wal.html).
private func refuseNetworkFileSystem(_ path: String) throws(UserError) {
    let type = Int(platform_file_system_type(folder(of: path)))
    guard type >= 0 else { return }
    let networks: [Int: String] = [
        0x6969: "NFS", 0x517b: "SMB", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB2", 0x0102_1997: "9P", 0x00c3_6400: "Ceph",
        0x5346_414f: "AFS", 0x7375_7245: "Coda", 0x0bd0_0bd0: "Lustre", 0x4750_4653: "GPFS",
    ]
    if let name = networks[type & 0xffff_ffff] {
        throw UserError(
            "cannot open \(path): it lies on a network file system (\(name)), where SQLite can lose data; "
                + "use a local disk or a block volume")
    }
}
