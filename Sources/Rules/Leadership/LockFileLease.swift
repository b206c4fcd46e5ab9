import Glibc
import Model

/// A lease in a file of a volume that all instances share.
///
/// The record is a file of its own, replaced as a whole by renaming. Comparing and renaming are done under a lock on a second
/// file beside it, which stays: a lock on a file that is replaced would be a lock on nothing. The lock is flock's, which Linux
/// passes on to the servers of network file systems; it is held for two system calls, so that a process which is stopped
/// hardly ever keeps it from the others. What has been written is on the disk before anybody acts on it.
public struct LockFileLease: LeaseStore {
    /// A record has some hundred bytes.
    private static let largestFile = 4096

    private let path: String
    private let lockTimeout: Int64
    private let temporary: String

    /// A lease in the file `path`. A lock that another process has is waited for so many milliseconds.
    public init(path: String, lockTimeout: Int64 = 1000) {
        self.path = path
        self.lockTimeout = lockTimeout
        // No two processes write to one file, on whatever machines they are.
        temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp"
    }

    /// Looks whether the lease can be read, and others be written and locked beside it.
    public func check() throws(UserError) {
        _ = try read()
        try writeTemporary([])
        unlink(temporary)
        let file = try openLock()
        defer { close(file) }
        // That somebody else has it just now is well.
        if flock(file, LOCK_EX | LOCK_NB) != 0, errno != EWOULDBLOCK { throw failure("lock", errno) }
    }

    /// The lease in the file; nil when there is no file, or an empty one.
    public func read() throws(UserError) -> StoredLease? {
        guard let bytes = try content() else { return nil }
        do {
            return StoredLease(record: try LeaseRecord(json: bytes), version: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw UserError(
                "cannot use lease \(path): it is damaged (\(error.message)); delete it when no instance runs")
        }
    }

    /// Replaces the file, if its text is still the one of that version.
    public func write(_ record: LeaseRecord, over version: String?) throws(UserError) -> LeaseWriting {
        let bytes = record.json
        try writeTemporary(bytes)
        // After renaming there is none by this name.
        defer { unlink(temporary) }
        do {
            let lock = try lock()
            defer { close(lock) }
            let now = try content().map { String(decoding: $0, as: UTF8.self) }
            let isUnchanged = now.map { now in version.map { sameBytes($0, now) } ?? false } ?? (version == nil)
            guard isUnchanged else { return .changed }
            guard rename(temporary, path) == 0 else { throw failure("write", errno) }
        }
        try syncFolder()
        return .written(version: String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Files

    private func content() throws(UserError) -> [UInt8]? {
        // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT, access(folder, F_OK) == 0 { return nil }
            throw failure("read", errno)
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: Self.largestFile + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { bytes in
                Glibc.read(file, bytes.baseAddress.map { $0 + count }, bytes.count - count)
            }
            if read < 0, errno == EINTR { continue }
            if read < 0 { throw failure("read", errno) }
            if read == 0 { break }
            count += read
        }
        if count > Self.largestFile {
            throw UserError("cannot use lease \(path): it has more than \(Self.largestFile) bytes")
        }
        return count == 0 ? nil : Array(bytes[..<count])
    }

    private func writeTemporary(_ bytes: [UInt8]) throws(UserError) {
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o660)
        guard file >= 0 else { throw failure("write", errno) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        var code: Int32 = written == bytes.count ? 0 : (written < 0 ? errno : ENOSPC)
        if code == 0, fsync(file) != 0 { code = errno }
        if close(file) != 0, code == 0 { code = errno }
        if code != 0 {
            unlink(temporary)
            throw failure("write", code)
        }
    }

    private func openLock() throws(UserError) -> Int32 {
        // Opened for writing, since network file systems make of it a lock that asks for that.
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o660)
        guard file >= 0 else { throw failure("lock", errno) }
        return file
    }

    /// A descriptor that holds the lock until it is closed.
    private func lock() throws(UserError) -> Int32 {
        let file = try openLock()
        var waited: Int64 = 0
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code != EWOULDBLOCK || waited >= lockTimeout {
                close(file)
                throw code == EWOULDBLOCK
                    ? UserError("cannot lock lease \(path): another process holds \(path).lock")
                    : failure("lock", code)
            }
            usleep(5000)
            waited += 5
        }
        return file
    }

    /// Sees to it that the new name is on the disk.
    private func syncFolder() throws(UserError) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("write", errno) }
        defer { close(file) }
        // Some network file systems cannot, for they do it at once.
        if fsync(file) != 0, errno != EINVAL, errno != ENOTSUP { throw failure("write", errno) }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func failure(_ what: String, _ code: Int32) -> UserError {
        let reason: String
        switch code {
        case ENOENT, ENOTDIR: reason = "the directory \(folder) does not exist"
        case EACCES, EPERM: reason = "permission denied in the directory \(folder)"
        case EROFS: reason = "the file system is read-only"
        case ENOSPC, EDQUOT: reason = "the disk is full"
        default: reason = String(cString: strerror(code))
        }
        return UserError("cannot \(what) lease \(path): \(reason)")
    }
}
