import Glibc
import Logging
import Model

/// Puts a damaged file aside and brings what can be read of it over into a new one.
struct Recovery {
    private let path: String
    private let now: Int64
    private let logger: Logger

    init(path: String, now: Int64, logger: Logger) {
        self.path = path
        self.now = now
        self.logger = logger
    }

    /// The file beside the store that says that it was found damaged while it was in use.
    static func marker(_ path: String) -> String { path + "-damaged" }

    /// Notes that the file is damaged, for the next start.
    static func mark(_ path: String) {
        let file = Glibc.open(marker(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        if file >= 0 { Glibc.close(file) }
    }

    /// Makes a new file; returns its guard. The old one, with its log, stays beside it under a name that says what it is.
    ///
    /// The new file is filled under another name, and takes the old one's place only when it is whole: a recovery that is
    /// interrupted begins anew at the next start.
    func run(releasing old: FileGuard, because reason: String) throws -> FileGuard {
        let aside = freeName("\(path).corrupt-\(fileStamp(now))")
        logger.error(
            "the store is damaged: \(reason); it is moved aside and what can be read is recovered", ["to": aside])
        let new = path + ".recovering"
        for ending in ["", "-wal", "-shm"] where fileExists(new + ending) { removeFile(new + ending) }
        try fill(new)
        try exchange(for: new, keepingAs: aside)
        old.release()
        removeFile(Self.marker(path))
        return try FileGuard(path: path)
    }

    private func fill(_ new: String) throws {
        let target = try openForWriting(new, now: now)
        var salvage = Salvage(target: target)
        do {
            // Reading only: the damaged file stays as it was found.
            let source = try Connection(path: path, mode: .salvage)
            _ = try source.integer("SELECT count(*) FROM sqlite_schema")
            try salvage.copy(from: source)
        } catch let error as DatabaseError where error.isCorruption {
            logger.error("nothing can be read of the damaged store: \(error.message)")
        }
        try target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        logger.warn(
            "recovered \(salvage.series) series, \(salvage.chunks) chunks and \(salvage.rows) rows of the head",
            [
                "unreadable_places": String(salvage.gaps), "damaged_chunks": String(salvage.damagedChunks),
                "chunks_without_series": String(salvage.orphans),
            ])
    }

    /// The old file gets a second name before it loses the first, and so does its log. The log must be gone before the new
    /// file is there: it would be taken for that one's.
    private func exchange(for new: String, keepingAs aside: String) throws {
        for ending in ["", "-wal"] where fileExists(path + ending) {
            if link(path + ending, aside + ending) != 0 {
                throw UserError(
                    "cannot keep \(path + ending) as \(aside + ending): \(String(cString: strerror(errno)))")
            }
        }
        for ending in ["-wal", "-shm"] where fileExists(path + ending) { removeFile(path + ending) }
        for ending in ["-wal", "-shm"] where fileExists(new + ending) { removeFile(new + ending) }
        try rename(new, to: path)
    }
}
