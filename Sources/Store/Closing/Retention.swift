import Model

/// How much of the past is kept.
public struct RetentionLimits: Sendable, Hashable {
    /// What is older goes, a window at a time.
    public var milliseconds: Int64
    /// The size of the file above which the oldest window goes; nil for no limit.
    public var bytes: Int64?

    /// Fifteen days, as long as Prometheus keeps by itself, and no limit of size.
    public static let standard = RetentionLimits(milliseconds: 15 * 86_400_000, bytes: nil)

    /// Limits of age and size.
    public init(milliseconds: Int64, bytes: Int64?) {
        self.milliseconds = milliseconds
        self.bytes = bytes
    }
}

/// Takes old windows out of the file, in slices: each transaction is short.
struct Retention {
    private let writer: Writer
    private static let slice: Int64 = 500

    init(writer: Writer) { self.writer = writer }

    /// Deletes what is over the limits; returns whether any window went.
    func apply(_ limits: RetentionLimits, now: Int64) throws -> Bool {
        var removed = false
        // A part that begins in a window may reach to the end of the next one.
        while let oldest = try oldestWindow(), (oldest + 2) * windowMilliseconds <= now - limits.milliseconds {
            try remove(oldest)
            removed = true
        }
        if let bytes = limits.bytes {
            while try size() > bytes, let oldest = try oldestWindow() {
                try remove(oldest)
                removed = true
            }
        }
        if removed { try removeSeries() }
        return removed
    }

    /// The bytes of the file that are in use, without its free pages.
    func size() throws -> Int64 {
        try writer.performBlocking { connection in
            let pages = try connection.integer("PRAGMA page_count") ?? 0
            let free = try connection.integer("PRAGMA freelist_count") ?? 0
            return try (pages - free) * (connection.integer("PRAGMA page_size") ?? 0)
        }
    }

    private func oldestWindow() throws -> Int64? {
        try writer.performBlocking { try $0.integer("SELECT window_id FROM windows ORDER BY window_id LIMIT 1") }
    }

    private func remove(_ window: Int64) throws {
        let last = firstChunk(window: window + 1, block: 0) - 1
        var more = true
        while more {
            more = try writer.performBlocking { connection in
                let bound = try connection.integer(
                    "SELECT chunk_id FROM chunks WHERE chunk_id <= ? ORDER BY chunk_id LIMIT 1 OFFSET ?",
                    .integer(last),
                    .integer(Self.slice))
                try connection.run("DELETE FROM chunks WHERE chunk_id < ?", .integer(bound ?? last + 1))
                if bound == nil { try connection.run("DELETE FROM windows WHERE window_id <= ?", .integer(window)) }
                return bound != nil
            }
        }
    }

    /// Takes out the series of blocks that no window holds any more, and whose target has nothing in the head.
    private func removeSeries() throws {
        try writer.performBlocking { connection in
            guard let oldest = try connection.integer("SELECT min(window_id) FROM windows") else { return }
            try connection.run(
                """
                DELETE FROM label_sets WHERE series_id IN (
                    SELECT l.series_id
                    FROM blocks b CROSS JOIN label_sets l ON l.series_id BETWEEN b.block_id << 7 AND (b.block_id << 7) + 127
                    WHERE b.last_window < ?1 AND b.target_id NOT IN (SELECT target_id FROM scrapes))
                """, .integer(oldest))
            try connection.run(
                "DELETE FROM blocks WHERE last_window < ?1 AND target_id NOT IN (SELECT target_id FROM scrapes)",
                .integer(oldest))
            try connection.run(
                """
                DELETE FROM targets WHERE state = 'gone' AND gone_at < ?1
                    AND target_id NOT IN (SELECT target_id FROM blocks)
                """, .integer(oldest * windowMilliseconds))
        }
    }
}
