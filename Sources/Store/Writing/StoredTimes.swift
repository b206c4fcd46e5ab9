import Model
import Synchronization

/// What the writer goes by to know that a sample is new without looking into the file: until when each block has closed
/// parts, and where there are samples by themselves. It may claim more than there is, and never less.
final class ClosedTimes: Sendable {
    private let ends = Mutex<[BlockID: Int64]>([:])
    private let looseRows = Mutex<Set<Int64>>([])

    /// Whether samples by themselves may lie where this row of the head lies.
    func hasLoose(_ row: Int64) -> Bool { looseRows.withLock { $0.contains(row) } }

    /// Notes a sample by itself.
    func addLoose(_ row: Int64) { looseRows.withLock { _ = $0.insert(row) } }

    /// Reads anew where there are samples by themselves; to be called on the writer's thread.
    func reloadLoose(from connection: Connection) throws {
        var rows: Set<Int64> = []
        try connection.rows("SELECT DISTINCT (ts << 22) | (series_id >> 7) FROM loose") { rows.insert($0.integer(0)) }
        looseRows.withLock { $0 = rows }
    }

    /// Notes that a block has a part that reaches to a time.
    func closed(_ block: BlockID, to end: Int64) {
        ends.withLock { ends in
            // What is not known yet is read from the file when it is asked for.
            if let known = ends[block], known < end { ends[block] = end }
        }
    }

    /// The end of the newest part, found out by `read` when it is not known yet.
    func end(of block: BlockID, read: () throws -> Int64) rethrows -> Int64 {
        if let known = ends.withLock({ $0[block] }) { return known }
        let end = try read()
        // The writer alone asks, and the closer's parts are stored on the writer's thread: nothing came in between.
        ends.withLock { $0[block] = end }
        return end
    }

    /// Forgets blocks that are gone.
    func forget(_ blocks: [BlockID]) {
        ends.withLock { ends in for block in blocks { ends[block] = nil } }
    }
}

/// Finds out whether a series has a sample at a time already: in the head, by itself, or in a chunk. There is never a second
/// one in the file, so that neither the views nor the readers need to look for it. Used by the writer's thread.
final class StoredTimes {
    private let connection: Connection
    private let closed: ClosedTimes
    private let inflater = Inflater()
    /// The parts of the blocks and windows that were asked for. A target may bring thousands of late samples at once, and each
    /// part lists thousands of times.
    private var parts: [ChunkPlace: [(id: Int64, times: ChunkTimes)]] = [:]
    private static let mostPlaces = 64
    /// The segment that was looked at last: neighbours are asked for one after the other.
    private var segmentKey: (chunk: Int64, segment: Int) = (-1, -1)
    private var segmentText: [UInt8] = []
    /// The column that was looked at last, and its times.
    private var columnKey: (chunk: Int64, slot: Int) = (-1, -1)
    private var columnTimes: [Int64] = []

    init(_ connection: Connection, closed: ClosedTimes) {
        self.connection = connection
        self.closed = closed
    }

    /// Forgets what was read: between two transactions of the writer chunks are made, merged and taken out.
    func forget() {
        parts.removeAll()
        segmentKey = (-1, -1)
        columnKey = (-1, -1)
    }

    /// Whether some series of a block may have a sample at this time in a chunk: a part lists the time.
    func mayBeClosed(_ block: BlockID, _ timestamp: Int64) throws -> Bool {
        if try timestamp > closed.end(of: block, read: { try storedEnd(block) }) { return false }
        return try !parts(block, at: timestamp).isEmpty
    }

    /// Whether a chunk has a sample of a series at this time.
    func isClosed(_ series: Int64, _ timestamp: Int64) throws -> Bool {
        for part in try parts(blockNumber(of: series), at: timestamp) {
            if hasAscending(try times(of: slot(of: series), in: part.id, part.times), timestamp) { return true }
        }
        return false
    }

    /// The times at which a series has samples in a chunk.
    private func times(of slot: Int, in chunk: Int64, _ times: ChunkTimes) throws -> [Int64] {
        if columnKey == (chunk, slot) { return columnTimes }
        columnKey = (-1, -1)
        if segmentKey != (chunk, slot / columnsPerSegment) {
            segmentKey = (-1, -1)
            var found: StoredChunk?
            try connection.rows(
                "SELECT start_ms, step_ms, count, times, segments, data FROM chunks WHERE chunk_id = ?", .integer(chunk)
            ) { row in found = StoredChunk(row, first: 0) }
            guard found?.inflate(slot: slot, with: inflater, into: &segmentText) == true else { return [] }
            segmentKey = (chunk, slot / columnsPerSegment)
        }
        var samples = SampleColumns()
        segmentText.withUnsafeBytes { text in
            guard let column = columnText(text, slot: slot) else { return }
            readColumn(column, times: times, from: 0, to: .max, into: &samples)
        }
        columnKey = (chunk, slot)
        columnTimes = samples.timestamps
        return columnTimes
    }

    /// Whether a row of the head has a sample of a series at this time.
    func isInHead(_ series: Int64, _ timestamp: Int64) throws -> Bool {
        var isThere = false
        let wanted = slot(of: series)
        try connection.rows(
            "SELECT vals FROM head WHERE row_id = ?", .integer(headRow(timestamp, blockNumber(of: series)))
        ) { row in
            guard var reader = ElementReader(array: row.bytes(0)) else { return }
            for slot in 0...wanted {
                guard let element = reader.next() else { return }
                if slot == wanted { isThere = element.tag != Element.absent }
            }
        }
        return isThere
    }

    /// The parts of a block that list a time.
    private func parts(_ block: BlockID, at timestamp: Int64) throws -> [(id: Int64, times: ChunkTimes)] {
        let window = window(of: timestamp)
        return try [window - 1, window].filter { $0 >= 0 }.flatMap { window in
            try parts(ChunkPlace(window: window, block: block)).filter { $0.times.contains(timestamp) }
        }
    }

    private func parts(_ place: ChunkPlace) throws -> [(id: Int64, times: ChunkTimes)] {
        if let known = parts[place] { return known }
        var found: [(id: Int64, times: ChunkTimes)] = []
        try eachPart(place.block, place.window) { found.append(($0, $1)) }
        if parts.count >= Self.mostPlaces { parts.removeAll() }
        parts[place] = found
        return found
    }

    private func eachPart(_ block: BlockID, _ window: Int64, _ body: (Int64, ChunkTimes) -> Void) throws {
        let first = firstChunk(window: window, block: block)
        try connection.rows(
            "SELECT chunk_id, start_ms, step_ms, count, times FROM chunks WHERE chunk_id BETWEEN ? AND ?",
            .integer(first), .integer(first + partsPerWindow - 1)
        ) { row in
            if let times = ChunkTimes(row, first: 1) { body(row.integer(0), times) }
        }
    }

    /// The last time that a block has in a chunk; a part may reach into the window behind the one it begins in.
    private func storedEnd(_ block: BlockID) throws -> Int64 {
        guard let last = try connection.integer("SELECT last_window FROM blocks WHERE block_id = ?", .integer(block))
        else { return -1 }
        var end: Int64 = -1
        var windows: [Int64] = []
        try connection.rows(
            "SELECT window_id FROM windows WHERE window_id BETWEEN 0 AND ? ORDER BY window_id DESC",
            .integer(min(last, largestWindow))
        ) { windows.append($0.integer(0)) }
        for window in windows {
            try eachPart(block, window) { end = max(end, $1.end) }
            if end >= window * windowMilliseconds {
                try eachPart(block, window - 1) { end = max(end, $1.end) }
                break
            }
        }
        return end
    }
}
