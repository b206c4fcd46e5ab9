import Model

/// What a target has in the head, made into chunks: a part of its history that is closed.
struct HeadPart {
    let target: Int64
    /// The times, ascending.
    let timestamps: [Int64]
    /// The blocks that had rows at these times.
    private(set) var blocks: [BlockID] = []
    private(set) var chunks: [EncodedChunk] = []
    /// How many samples went into the chunks.
    private(set) var sampleCount = 0

    /// Reads the oldest rows of a target, `limit` times at the most, and encodes them.
    init(
        target: Int64, blocks candidates: () -> [BlockID], limit: Int, from connection: Connection,
        with encoder: ChunkEncoder,
        grid: inout ElementGrid
    ) throws {
        self.target = target
        var times: [Int64] = []
        try connection.rows(
            """
            SELECT ts FROM scrapes WHERE target_id = ? AND ts BETWEEN 0 AND ? AND typeof(ts) = 'integer'
            ORDER BY ts LIMIT ?
            """, .integer(target), .integer(latestTimestamp), .integer(Int64(limit))
        ) { times.append($0.integer(0)) }
        // A part never spans more than a window: readers look back one window for the beginning of a part.
        if let first = times.first, let cut = times.firstIndex(where: { $0 &- first >= windowMilliseconds }) {
            times.removeSubrange(cut...)
        }
        timestamps = times
        let chunkTimes = ChunkTimes(times)
        let row = try connection.statement("SELECT vals FROM head WHERE row_id = ?")
        // Asked for only now that the state of the file is settled: memory knows a block before the file does.
        for block in candidates() {
            grid.reset(rows: chunkTimes.count)
            var isPresent = false
            for (place, time) in times.enumerated() {
                try row.bind(headRow(time, block), 1)
                if try row.step() {
                    isPresent = true
                    grid.fill(row: chunkTimes.index(of: time, listedAt: place), from: row.bytes(0))
                }
                row.reset()
            }
            guard isPresent else { continue }
            blocks.append(block)
            sampleCount += grid.sampleCount
            if let chunk = encoder.encode(grid, block: block, times: chunkTimes) { chunks.append(chunk) }
        }
    }

    /// Puts the chunks into the file and takes the rows out of the head, in the caller's transaction.
    /// Returns the places that have become crowded.
    func store(on connection: Connection, closed: ClosedTimes) throws -> [ChunkPlace] {
        let crowded = try ChunkWriter(connection, closed: closed).write(chunks)
        let remove = try connection.statement("DELETE FROM head WHERE row_id = ?")
        for time in timestamps {
            for block in blocks {
                try remove.bind(headRow(time, block), 1)
                _ = try remove.step()
                remove.reset()
            }
        }
        // One by one: a late scrape may have come in between.
        for time in timestamps {
            try connection.run(
                "DELETE FROM scrapes WHERE target_id = ? AND ts = ?", .integer(target), .integer(time))
        }
        return crowded
    }
}
