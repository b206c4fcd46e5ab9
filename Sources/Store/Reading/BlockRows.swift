import Model

/// What the store has of one block in a range of time: read from the file, not decoded yet.
final class BlockRows: Sendable {
    let block: BlockID
    let chunks: [StoredChunk]
    /// Samples that are in no chunk yet, by slot.
    let fresh: [Int: SampleColumns]

    fileprivate init(block: BlockID, chunks: [StoredChunk], fresh: [Int: SampleColumns]) {
        self.block = block
        self.chunks = chunks
        self.fresh = fresh
    }

    /// About how many samples a series has.
    var samplesPerSeries: Int {
        chunks.reduce(1 + (fresh.values.map(\.timestamps.count).max() ?? 0)) { $0 + $1.times.count }
    }
}

/// Reads blocks from one state of the file.
final class BlockRowsReader {
    /// Who reads more windows than these would leave no room in the cache for others.
    private static let mostWindowsCached = 14

    let from: Int64
    let to: Int64
    private let connection: Connection
    private let windows: [Int64]
    private let hasLoose: Bool
    private let waiting: WaitingSamples
    private let cached: ChunkCache.View?

    /// A reader of a connection's present transaction; `cached` is what has been read of chunks before.
    init(
        _ connection: Connection, from: Int64, to: Int64, waiting: WaitingSamples, cached: ChunkCache.View? = nil
    ) throws {
        self.waiting = waiting
        self.connection = connection
        self.from = max(0, from)
        self.to = min(to, latestTimestamp)
        var windows: [Int64] = []
        // A part that reaches into the range may begin a window earlier.
        try connection.rows(
            "SELECT window_id FROM windows WHERE window_id BETWEEN ? AND ? ORDER BY window_id",
            .integer(window(of: self.from) - 1), .integer(window(of: max(0, self.to)))
        ) { windows.append($0.integer(0)) }
        self.windows = windows
        hasLoose = try !waiting.isEmpty || connection.integer("SELECT 1 FROM loose LIMIT 1") != nil
        // Only now is it certain which state of the file is read.
        self.cached = windows.count <= Self.mostWindowsCached && cached?.isCurrent == true ? cached : nil
    }

    /// Reads what there is of the series at `slots` (ascending) of a block.
    func read(_ block: BlockID, slots: [Int]) throws -> BlockRows {
        var fresh = try head(block, slots)
        if hasLoose {
            for slot in slots { try addLoose(series(block: block, slot: slot), to: &fresh[slot, default: .init()]) }
        }
        return BlockRows(block: block, chunks: try chunks(block), fresh: fresh)
    }

    private func chunks(_ block: BlockID) throws -> [StoredChunk] {
        var chunks: [StoredChunk] = []
        for window in windows {
            let first = firstChunk(window: window, block: block)
            try connection.rows(
                """
                SELECT start_ms, step_ms, count, times, chunk_id FROM chunks
                WHERE chunk_id BETWEEN ? AND ? AND start_ms <= ?
                """, .integer(first), .integer(first + (partsPerWindow - 1)), .integer(to)
            ) { row in
                guard let times = ChunkTimes(row, first: 0), times.end >= from else { return }
                if let chunk = try chunk(row.integer(4)) { chunks.append(chunk) }
            }
        }
        return chunks
    }

    private func chunk(_ id: Int64) throws -> StoredChunk? {
        if let known = cached?[id] { return known }
        var read: StoredChunk?
        try connection.rows(
            "SELECT start_ms, step_ms, count, times, segments, data FROM chunks WHERE chunk_id = ?", .integer(id)
        ) { row in read = StoredChunk(row, first: 0) }
        if let read { cached?.add(id, read) }
        return read
    }

    private func head(_ block: BlockID, _ slots: [Int]) throws -> [Int: SampleColumns] {
        guard let last = slots.last else { return [:] }
        var columns = slots.map { _ in SampleColumns() }
        try connection.rows(
            """
            SELECT s.ts, h.vals
            FROM blocks b CROSS JOIN scrapes s ON s.target_id = b.target_id
                CROSS JOIN head h ON h.row_id = (s.ts << 22 | b.block_id)
            WHERE b.block_id = ? AND s.ts BETWEEN ? AND ?
            """, .integer(block), .integer(from), .integer(to)
        ) { row in take(row.integer(0), row.bytes(1), slots, last, &columns) }
        waiting.forEachRow(of: block) { timestamp, array in
            if timestamp >= from && timestamp <= to { take(timestamp, array, slots, last, &columns) }
        }
        var found: [Int: SampleColumns] = [:]
        for (slot, column) in zip(slots, columns) where !column.timestamps.isEmpty { found[slot] = column }
        return found
    }

    /// Spreads a row over the columns of the wanted slots.
    private func take(
        _ timestamp: Int64, _ array: UnsafeRawBufferPointer, _ slots: [Int], _ last: Int,
        _ columns: inout [SampleColumns]
    ) {
        guard var reader = ElementReader(array: array) else { return }
        var wanted = 0
        for slot in 0...last {
            guard let element = reader.next() else { return }
            guard slot == slots[wanted] else { continue }
            if let value = element.double { columns[wanted].append(timestamp, value) }
            wanted += 1
        }
    }

    private func addLoose(_ series: Int64, to columns: inout SampleColumns) throws {
        try connection.rows(
            "SELECT ts, val FROM loose WHERE series_id = ? AND ts BETWEEN ? AND ?", .integer(series), .integer(from),
            .integer(to)
        ) { row in
            if let value = row.element(1)?.double { columns.append(row.integer(0), value) }
        }
        for sample in waiting.loose(of: series) where sample.timestamp >= from && sample.timestamp <= to {
            if let value = sample.element.double { columns.append(sample.timestamp, value) }
        }
    }
}
