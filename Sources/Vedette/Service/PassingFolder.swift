import CPlatform
import Glibc
import Model

/// A folder for a history that ends with the process: in memory, where the system has a file system for that.
///
/// SQLite's own databases in memory know no write-ahead log, by which readers and the writer do not wait for each other; a file in
/// /dev/shm is memory just as well. The folder is locked for as long as the process lives, so that what a killed one has left
/// behind is known, and taken away by the next.
final class PassingFolder: Sendable {
    /// The folder.
    let path: String
    /// Whether it lies in memory.
    let isMemory: Bool
    private let lock: Int32

    private static let prefix = "vedette-"
    /// File systems that are memory, by their magic numbers of statfs(2).
    private static let memoryTypes = [0x0102_1994, 0x8584_58f6]

    /// Makes one in memory, or where temporary files belong; throws when there is no place for it.
    static func make(
        in places: [String] = ["/dev/shm", processEnvironment()["TMPDIR"] ?? "/tmp"]
    ) throws(UserError) -> PassingFolder {
        var reason = "no place for it"
        for place in places where !place.isEmpty {
            removeLeftBehind(in: place)
            do throws(UserError) {
                return try PassingFolder(in: place)
            } catch {
                reason = error.message
            }
        }
        throw UserError("cannot keep the history in memory: \(reason) (`--data` names a file for it)")
    }

    private init(in place: String) throws(UserError) {
        // Once more where somebody has taken it for one that was left behind.
        for _ in 0..<5 {
            var template = Array("\(place)/\(Self.prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw UserError("cannot write into \(place): \(reason())") }
            let made = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let held = Self.locked(made) else { continue }
            path = made
            lock = held
            isMemory = Self.memoryTypes.contains(Int(platform_file_system_type(made)) & 0xffff_ffff)
            return
        }
        throw UserError("cannot keep a folder in \(place): they are taken away again and again")
    }

    /// Takes it away with all that is in it.
    func remove() {
        Self.remove(path)
        close(lock)
    }

    /// A descriptor of a folder that holds its lock; nil when another process holds it, or the folder is gone.
    private static func locked(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 { return nil }
        var (open, named) = (stat(), stat())
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &open) == 0, lstat(path, &named) == 0,
            open.st_ino == named.st_ino, open.st_dev == named.st_dev, open.st_uid == geteuid()
        {
            return descriptor
        }
        close(descriptor)
        return nil
    }

    /// Takes away what processes have left that were killed.
    private static func removeLeftBehind(in place: String) {
        for name in names(in: place) where name.hasPrefix(prefix) && name.utf8.count == prefix.utf8.count + 6 {
            guard let descriptor = locked("\(place)/\(name)") else { continue }
            remove("\(place)/\(name)")
            close(descriptor)
        }
    }

    /// There are only files in it.
    private static func remove(_ path: String) {
        for name in names(in: path) where name != "." && name != ".." { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}

private func reason() -> String { String(cString: strerror(errno)) }
