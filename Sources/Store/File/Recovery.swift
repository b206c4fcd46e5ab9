import Glibc
import Logging
import Model

/// Puts a damaged file aside and brings what can be read of it over into a new one.
///
/// It may be interrupted anywhere. What can be read is filled into `FILE.recovering`; as long as that has not become
/// `FILE.recovered`, the damaged file is where it was, with its log, and the next start begins anew. From then on the damaged
/// file has a second name, and the next start only has to put the new one in its place.
struct Recovery {
    /// What has been done; a test ends a recovery behind each of these.
    enum Step: Int, CaseIterable {
        case filled, kept, recovered, cleared, exchanged
    }

    private let path: String
    private let now: Int64
    private let logger: Logger
    private let reached: (Step) throws -> Void

    private var unfinished: String { path + ".recovering" }
    private var finished: String { path + ".recovered" }

    init(path: String, now: Int64, logger: Logger, reached: @escaping (Step) throws -> Void = { _ in }) {
        self.path = path
        self.now = now
        self.logger = logger
        self.reached = reached
    }

    /// The file beside the store that says that it was found damaged while it was in use.
    static func marker(_ path: String) -> String { path + "-damaged" }

    /// Notes that the file is damaged, for the next start.
    static func mark(_ path: String) {
        let file = Glibc.open(marker(path), O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        if file >= 0 { Glibc.close(file) }
    }

    /// Why a file has to be recovered before anybody opens it; nil when nothing says so.
    static func reason(for path: String) -> String? {
        if fileExists(path + ".recovered") { return "its recovery was interrupted" }
        return fileExists(marker(path)) ? "it was found damaged before" : nil
    }

    /// Forgets what was to be recovered, for a file that takes the damaged one's place.
    static func forget(_ path: String) {
        removeFile(marker(path))
        removeFile(path + ".recovered")
        for ending in ["", "-wal", "-shm"] { removeFile(path + ".recovering" + ending) }
    }

    /// Makes a new file; returns its guard. The old one, with its log, stays beside it under a name that says what it is.
    func run(releasing old: FileGuard, because reason: String) throws -> FileGuard {
        let aside = freeName("\(path).corrupt-\(fileStamp(now))")
        logger.error(
            "the store is damaged: \(reason); it is moved aside and what can be read is recovered", ["to": aside])
        if fileExists(finished) {
            // The damaged file has been kept already, unless somebody has put another one in its place meanwhile.
            try keep(as: aside) { hasOneName($0) }
        } else {
            for ending in ["", "-wal", "-shm"] { removeFile(unfinished + ending) }
            try fill()
            try reached(.filled)
            try keep(as: aside) { _ in true }
            try reached(.kept)
            try rename(unfinished, to: finished)
        }
        try sync(finished)
        try reached(.recovered)
        try exchange()
        try reached(.exchanged)
        old.release()
        return try FileGuard(path: path)
    }

    private func fill() throws {
        do {
            let target = try openForWriting(unfinished, now: now)
            var salvage = Salvage(target: target)
            do {
                // Reading only: the damaged file stays as it was found.
                let source = try Connection(path: path, mode: .salvage)
                _ = try source.integer("SELECT count(*) FROM sqlite_schema")
                try salvage.copy(from: source)
            } catch let error as DatabaseError where error.isUnreadable {
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
        // The connection is gone, and nothing of the new file is anywhere else.
        for ending in ["-wal", "-shm"] { removeFile(unfinished + ending) }
        try sync(unfinished)
    }

    /// Gives the old file, and its log, a second name before they lose the first.
    private func keep(as aside: String, where isWanted: (String) -> Bool) throws {
        for ending in ["", "-wal"] where fileSize(path + ending) > 0 && isWanted(path + ending) {
            if link(path + ending, aside + ending) != 0 {
                throw UserError(
                    "cannot keep \(path + ending) as \(aside + ending): \(String(cString: strerror(errno)))")
            }
        }
    }

    /// The log must be gone before the new file is there: it would be taken for that one's.
    private func exchange() throws {
        removeFile(Self.marker(path))
        for ending in ["-wal", "-shm"] { removeFile(path + ending) }
        try reached(.cleared)
        try rename(finished, to: path)
        try sync(path)
    }
}

/// Whether a file would be gone if this name were.
private func hasOneName(_ path: String) -> Bool {
    var info = stat()
    return stat(path, &info) == 0 && info.st_nlink < 2
}
