import Glibc

/// Sees whether the names of a store still lead to the files that are open. A file that was deleted or replaced goes on
/// being written, and nobody can open it any more: it ends with the process.
final class FileWatch: Sendable {
    /// What tells a file from any other.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
    }

    private let files: [(name: String, identity: Identity)]

    /// Remembers which files these are; to be called while SQLite has them open. The log and its index keep their names
    /// for as long as that is so: a new connection would make others, and read the store without the newest samples.
    init(path: String) {
        files = ["", "-wal", "-shm"].compactMap { ending in
            guard case .success(let found?) = Self.identity(of: path + ending) else { return nil }
            return (path + ending, found)
        }
    }

    /// The first of the names that leads to another file, or to none; nil while all is well.
    var lostName: String? {
        files.first { file in
            // What cannot be looked at, for want of a permission, may well be there.
            guard case .success(let found) = Self.identity(of: file.name) else { return false }
            return found != file.identity
        }?.name
    }

    /// The file of a name; nil when there is none.
    private static func identity(of name: String) -> Result<Identity?, UnknownFile> {
        var info = stat()
        if stat(name, &info) == 0 { return .success(Identity(device: info.st_dev, inode: info.st_ino)) }
        return errno == ENOENT || errno == ENOTDIR ? .success(nil) : .failure(UnknownFile())
    }
}

/// It cannot be found out which file has a name.
private struct UnknownFile: Error {}
