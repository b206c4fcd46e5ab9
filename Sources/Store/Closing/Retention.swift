import Model

/// How much of the past is kept.
public struct RetentionLimits: Sendable, Hashable {
    /// What is older goes, a window at a time.
    public var milliseconds: Int64
    /// The size of the file above which the oldest window goes; nil for no limit.
    public var bytes: Int64?
    /// How many actions the history has, above which the oldest go; nil for no limit. One that has not ended stays.
    public var actions: Int64?

    /// How long an action that has ended stays in the history; nil for ever.
    public var history: Int64?

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
    private let registry: SeriesRegistry
    private let closed: ClosedTimes
    private let chunks: ChunkCache
    private let leftovers: Leftovers
    /// The most chunks, and blocks of series, that go in one transaction.
    private static let slice: Int64 = 500

    init(
        writer: Writer, registry: SeriesRegistry, closed: ClosedTimes, chunks: ChunkCache, leftovers: Leftovers
    ) {
        self.writer = writer
        self.registry = registry
        self.closed = closed
        self.chunks = chunks
        self.leftovers = leftovers
    }

    /// Deletes what is over the limits; returns the number of windows that went.
    func apply(_ limits: RetentionLimits, now: Int64) throws -> Int {
        var removed = 0
        // A part that begins in a window may reach to the end of the next one.
        while let oldest = try oldestWindow(), oldest < window(of: max(0, now &- limits.milliseconds)) - 1 {
            try remove(oldest)
            removed += 1
        }
        if let bytes = limits.bytes {
            // What is being written now is not the past: where it alone is over the limit, taking the history away would
            // not help.
            let kept = window(of: max(0, now)) - 1
            while let oldest = try oldestWindow(), oldest < kept, try size() > bytes {
                try remove(oldest)
                removed += 1
            }
        }
        if let actions = limits.actions { try removeActions(butTheLast: actions) }
        if let history = limits.history { try removeActions(decidedBefore: now &- min(history, max(0, now))) }
        let oldest = try oldestWindow() ?? window(of: now) - 2
        try removeSeries(before: oldest)
        try leftovers.remove(targetsGoneBefore: oldest * windowMilliseconds)
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

    private func removeActions(butTheLast count: Int64) throws {
        let bound = try writer.performBlocking { connection -> Int64? in
            // Numbers come one by one: most often it is clear without counting that there are not too many.
            let first = try connection.integer("SELECT min(action_id) FROM actions") ?? 0
            let last = try connection.integer("SELECT max(action_id) FROM actions") ?? 0
            if last &- first < count { return nil }
            return try connection.integer(
                "SELECT action_id FROM actions ORDER BY action_id DESC LIMIT 1 OFFSET ?", .integer(max(0, count)))
        }
        try removeActions(upTo: bound)
    }

    /// Numbers ascend with time, unless the clock was set: what that misses goes a little later.
    private func removeActions(decidedBefore time: Int64) throws {
        let bound = try writer.performBlocking { connection in
            try connection.integer(
                "SELECT max(action_id) - 1 FROM (SELECT action_id FROM actions WHERE decided >= ? ORDER BY action_id LIMIT 1)",
                .integer(time)) ?? connection.integer("SELECT max(action_id) FROM actions")
        }
        try removeActions(upTo: bound)
    }

    /// Takes the actions up to a number out that have ended, with their attempts.
    private func removeActions(upTo bound: Int64?) throws {
        guard let bound else { return }
        var more = true
        while more {
            more = try writer.performFreeing { connection in
                var gone: [Int64] = []
                try connection.rows(
                    "SELECT action_id FROM actions WHERE action_id <= ? AND due IS NULL ORDER BY action_id LIMIT ?",
                    .integer(bound), .integer(Self.slice)
                ) { gone.append($0.integer(0)) }
                for id in gone {
                    try connection.run("DELETE FROM attempts WHERE action_id = ?", .integer(id))
                    try connection.run("DELETE FROM actions WHERE action_id = ?", .integer(id))
                }
                return gone.count == Int(Self.slice)
            }
        }
    }

    private func oldestWindow() throws -> Int64? {
        try writer.performBlocking {
            try $0.integer(
                "SELECT min(window_id) FROM windows WHERE window_id BETWEEN 0 AND ?", .integer(largestWindow))
        }
    }

    private func remove(_ window: Int64) throws {
        let last = firstChunk(window: window + 1, block: 0) - 1
        var more = true
        while more {
            more = try chunks.changing {
                try writer.performFreeing { connection in
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
    }

    /// Takes out the series of blocks that no window holds any more.
    ///
    /// A series may come back at any moment. So the registry gives a block up first, under its lock; a series of it that
    /// comes back afterwards is written to the file anew, behind the deletion here.
    private func removeSeries(before oldest: Int64) throws {
        var after: BlockID = -1
        while true {
            let last = after
            let candidates = try writer.performBlocking { connection in
                var found: [BlockID] = []
                try connection.rows(
                    "SELECT block_id FROM blocks WHERE last_window < ? AND block_id > ? ORDER BY block_id LIMIT ?",
                    .integer(oldest), .integer(last), .integer(Self.slice)
                ) { found.append($0.integer(0)) }
                return found
            }
            guard let newest = candidates.last else { break }
            after = newest
            let given = registry.giveUp(candidates)
            if given.isEmpty { continue }
            // The numbers will be other series' numbers one day.
            if let past = registry.past {
                try past.changing { try removeSeries(of: given) }
            } else {
                try removeSeries(of: given)
            }
        }
    }

    private func removeSeries(of given: [BlockID]) throws {
        let registry = registry
        let closed = closed
        try writer.performFreeing { connection in
            let gone = try registry.stillGivenUp(given).filter { try isUnused($0, connection) }
            for block in gone {
                let first = series(block: block, slot: 0)
                try connection.run(
                    "DELETE FROM label_sets WHERE series_id BETWEEN ? AND ?", .integer(first),
                    .integer(first + Int64(slotsPerBlock) - 1))
                try connection.run("DELETE FROM blocks WHERE block_id = ?", .integer(block))
            }
            closed.forget(gone)
        }
    }
}

/// Whether the head has nothing of a block.
private func isUnused(_ block: BlockID, _ connection: Connection) throws -> Bool {
    try connection.integer(
        """
        SELECT 1 FROM blocks b
        WHERE b.block_id = ?1 AND (
            EXISTS (SELECT 1 FROM loose WHERE series_id BETWEEN ?1 << 7 AND (?1 << 7) + 127)
            OR EXISTS (SELECT 1 FROM scrapes s CROSS JOIN head h ON h.row_id = (s.ts << 22 | ?1)
                WHERE s.target_id = b.target_id))
        """, .integer(block)) == nil
}
