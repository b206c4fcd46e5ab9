import Logging
import Model
import Synchronization

/// Says once that the file is damaged, and remembers it for the next start, which recovers what can be read.
final class DamageReport: Sendable {
    private let path: String
    private let logger: Logger
    private let found = Atomic(false)

    init(path: String, logger: Logger) {
        self.path = path
        self.logger = logger
    }

    private let chunks = Atomic<Int>(0)

    /// Whether there is any.
    var isFound: Bool { found.load(ordering: .relaxed) || damagedChunks > 0 }

    /// Chunks that cannot be inflated.
    var damagedChunks: Int { chunks.load(ordering: .relaxed) }

    /// SQLite cannot read its own structure any more.
    func found(_ reason: String) {
        if found.exchange(true, ordering: .relaxed) { return }
        Recovery.mark(path)
        logger.error(
            "the store is damaged: \(reason); the next start will recover what can be read", ["file": path])
    }

    /// Chunks do not hold what was written: only they are lost.
    func foundChunks(_ count: Int) {
        chunks.store(count, ordering: .relaxed)
        logger.error("damaged chunks found: their samples cannot be read", ["file": path, "chunks": String(count)])
    }
}

/// Looks at every chunk once after a start that followed a crash, a little at a time, so that nobody notices but the one who
/// would otherwise find the damage by a query.
final class BackgroundCheck {
    private static let sliceNanoseconds: UInt64 = 50_000_000

    private let connection: Connection
    private let damage: DamageReport
    private var last: Int64 = -1
    private var damagedChunks = 0
    private let inflater = Inflater()

    init(connection: sending Connection, _ damage: DamageReport) {
        self.connection = connection
        self.damage = damage
    }

    /// Looks at some more; false when all have been seen.
    func advance() throws -> Bool {
        let end = monotonicNanoseconds() + Self.sliceNanoseconds
        while monotonicNanoseconds() < end {
            let before = last
            try connection.rows(
                """
                SELECT chunk_id, start_ms, step_ms, count, times, segments, data FROM chunks
                WHERE chunk_id > ? ORDER BY chunk_id LIMIT 16
                """, .integer(last)
            ) { row in
                last = row.integer(0)
                if StoredChunk(row, first: 1)?.isSound(inflater) != true { damagedChunks += 1 }
            }
            if last == before {
                if damagedChunks > 0 { damage.foundChunks(damagedChunks) }
                return false
            }
        }
        return true
    }
}
