import Model

/// Reads the samples of one block's series in a range of time. It is moved from block to block by a cursor.
final class BlockReader {
    private let connection: Connection
    private let from: Int64
    private let to: Int64
    private let windows: [Int64]
    private let hasLoose: Bool
    private let waiting: WaitingSamples
    private let inflater = Inflater()

    private var block: BlockID = -1
    private var chunks: [StoredChunk] = []
    /// For each chunk the segment that `texts` holds of it.
    private var inflated: [Int] = []
    private var texts: [[UInt8]] = []
    private var columns: [[Range<Int>]] = []
    private var head: [Int: SampleColumns] = [:]

    /// What has been read of the present series.
    private(set) var samples = SampleColumns()

    init(_ connection: Connection, from: Int64, to: Int64, waiting: WaitingSamples) throws {
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
    }

    /// Goes to a block, of which the series at `slots` (ascending) will be read.
    func move(to block: BlockID, slots: [Int]) throws {
        self.block = block
        try readChunks()
        try readHead(slots)
    }

    /// Reads a series of the block into `samples`.
    func read(slot: Int) throws {
        samples.clear()
        for index in chunks.indices {
            let segment = slot / columnsPerSegment
            if inflated[index] != segment {
                inflated[index] = chunks[index].inflate(slot: slot, with: inflater, into: &texts[index]) ? segment : -1
                columns[index] = texts[index].withUnsafeBytes(columnRanges)
            }
            let range = columns[index][slot % columnsPerSegment]
            guard inflated[index] == segment, !range.isEmpty else { continue }
            texts[index].withUnsafeBytes { text in
                readColumn(
                    UnsafeRawBufferPointer(rebasing: text[range]), times: chunks[index].times, from: from, to: to,
                    into: &samples)
            }
        }
        if let newest = head[slot] {
            samples.timestamps.append(contentsOf: newest.timestamps)
            samples.values.append(contentsOf: newest.values)
        }
        if hasLoose { try readLoose(series(block: block, slot: slot)) }
        samples.putInOrder()
    }

    private func readChunks() throws {
        chunks.removeAll(keepingCapacity: true)
        for window in windows {
            let first = firstChunk(window: window, block: block)
            try connection.rows(
                """
                SELECT start_ms, step_ms, count, times, segments, data FROM chunks
                WHERE chunk_id BETWEEN ? AND ? AND start_ms <= ?
                """, .integer(first), .integer(first + partsPerWindow - 1), .integer(to)
            ) { row in
                if let chunk = StoredChunk(row, first: 0, from: from) { chunks.append(chunk) }
            }
        }
        inflated = Array(repeating: -1, count: chunks.count)
        while texts.count < chunks.count {
            texts.append([])
            columns.append([])
        }
    }

    private func readHead(_ slots: [Int]) throws {
        head.removeAll(keepingCapacity: true)
        guard let last = slots.last else { return }
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
        for (slot, column) in zip(slots, columns) where !column.timestamps.isEmpty { head[slot] = column }
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

    private func readLoose(_ series: Int64) throws {
        try connection.rows(
            "SELECT ts, val FROM loose WHERE series_id = ? AND ts BETWEEN ? AND ?", .integer(series), .integer(from),
            .integer(to)
        ) { row in
            if let value = row.element(1)?.double { samples.append(row.integer(0), value) }
        }
        for sample in waiting.loose(of: series) where sample.timestamp >= from && sample.timestamp <= to {
            if let value = sample.element.double { samples.append(sample.timestamp, value) }
        }
    }
}

extension SampleColumns {
    /// Sorts by time where that is needed (samples that came late, or by themselves). Of two of one time the first counts.
    mutating func putInOrder() {
        var isAscending = true
        for (a, b) in zip(timestamps, timestamps.dropFirst()) where a >= b {
            isAscending = false
            break
        }
        if isAscending { return }
        let order = timestamps.indices.sorted { (timestamps[$0], $0) < (timestamps[$1], $1) }
        var sorted = SampleColumns()
        for index in order where sorted.timestamps.last != timestamps[index] {
            sorted.append(timestamps[index], values[index])
        }
        self = sorted
    }
}
