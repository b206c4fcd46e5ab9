import Model

/// Tells which blocks have samples in a range of time by looking at what there is, without reading any sample. It is as
/// exact as parts are short: of a block it says nothing about one series or another.
final class BlockPresence {
    private let connection: Connection
    private let from: Int64
    private let to: Int64
    /// The newest first: most series that anybody asks about are being written.
    private let windows: [Int64]
    private let hasLoose: Bool
    private let waiting: WaitingSamples
    private let isEverything: Bool
    private var last: (block: BlockID, verdict: Bool)?

    init(_ connection: Connection, from: Int64, to: Int64, waiting: WaitingSamples) throws {
        self.connection = connection
        self.from = max(0, from)
        self.to = min(to, latestTimestamp)
        self.waiting = waiting
        isEverything = from <= 0 && to >= latestTimestamp
        var windows: [Int64] = []
        // A part that reaches into the range may begin a window earlier.
        try connection.rows(
            "SELECT window_id FROM windows WHERE window_id BETWEEN ? AND ? ORDER BY window_id DESC",
            .integer(window(of: self.from) - 1), .integer(window(of: max(0, self.to)))
        ) { windows.append($0.integer(0)) }
        self.windows = windows
        hasLoose = try connection.integer("SELECT 1 FROM loose LIMIT 1") != nil
    }

    /// Whether a block has samples in the range. Asking for the same block again costs nothing.
    func hasSamples(_ block: BlockID) throws -> Bool {
        if isEverything { return true }
        if let last, last.block == block { return last.verdict }
        let verdict = try isWaiting(block) || isInHead(block) || isLoose(block) || isInChunks(block)
        last = (block, verdict)
        return verdict
    }

    private func isWaiting(_ block: BlockID) -> Bool {
        waiting.hasSamples(in: block, from: from, to: to)
    }

    private func isInHead(_ block: BlockID) throws -> Bool {
        try connection.integer(
            """
            SELECT 1
            FROM blocks b CROSS JOIN scrapes s ON s.target_id = b.target_id
                CROSS JOIN head h ON h.row_id = (s.ts << 22 | b.block_id)
            WHERE b.block_id = ? AND s.ts BETWEEN ? AND ?
            LIMIT 1
            """, .integer(block), .integer(from), .integer(to)) != nil
    }

    private func isLoose(_ block: BlockID) throws -> Bool {
        guard hasLoose else { return false }
        return try connection.integer(
            "SELECT 1 FROM loose WHERE series_id BETWEEN ? AND ? AND ts BETWEEN ? AND ? LIMIT 1",
            .integer(series(block: block, slot: 0)), .integer(series(block: block, slot: slotsPerBlock - 1)),
            .integer(from), .integer(to)) != nil
    }

    private func isInChunks(_ block: BlockID) throws -> Bool {
        for window in windows {
            let first = firstChunk(window: window, block: block)
            var isPresent = false
            try connection.rows(
                """
                SELECT start_ms, step_ms, count, times FROM chunks
                WHERE chunk_id BETWEEN ? AND ? AND start_ms <= ?
                """, .integer(first), .integer(first + (partsPerWindow - 1)), .integer(to)
            ) { row in
                if let times = ChunkTimes(row, first: 0), times.end >= from { isPresent = true }
            }
            if isPresent { return true }
        }
        return false
    }
}
