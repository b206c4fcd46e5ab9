import Model

/// Many parts of a block in one window, made into few: samples that came late or at short intervals are closed in small
/// parts, and a window has room for 256 of them.
struct MergedParts {
    /// The number of times in a merged part, unless the window has so many that it would be too many parts again.
    private static let rowsPerPart = 2048
    private static let fewParts = 32

    private let place: ChunkPlace
    private var replaced: [Int64] = []
    private var chunks: [EncodedChunk] = []

    /// Reads and encodes the parts of a place.
    init(
        _ place: ChunkPlace, from connection: Connection, with encoder: ChunkEncoder, grid: inout ElementGrid
    ) throws {
        self.place = place
        let first = firstChunk(window: place.window, block: place.block)
        let inflater = Inflater()
        var parts: [(id: Int64, chunk: StoredChunk)] = []
        try connection.rows(
            """
            SELECT start_ms, step_ms, count, times, segments, data, chunk_id FROM chunks
            WHERE chunk_id BETWEEN ? AND ? ORDER BY start_ms, chunk_id
            """, .integer(first), .integer(first + partsPerWindow - 1)
        ) { row in
            // A damaged part stays as it is: somebody may still make something of it.
            if let chunk = StoredChunk(row, first: 0), window(of: chunk.times.start) == place.window,
                chunk.isSound(inflater)
            {
                parts.append((row.integer(6), chunk))
            }
        }
        let rows = parts.reduce(0) { $0 + $1.chunk.times.count }
        let limit = max(Self.rowsPerPart, rows / Self.fewParts)
        var group: [(id: Int64, chunk: StoredChunk)] = []
        for part in parts {
            if !group.isEmpty, group.reduce(part.chunk.times.count, { $0 + $1.chunk.times.count }) > limit {
                merge(group, encoder, &grid)
                group.removeAll()
            }
            group.append(part)
        }
        merge(group, encoder, &grid)
    }

    /// Puts the merged parts into the file instead of the others, in the caller's transaction.
    func store(on connection: Connection, closed: ClosedTimes) throws {
        for id in replaced { try connection.run("DELETE FROM chunks WHERE chunk_id = ?", .integer(id)) }
        let writer = ChunkWriter(connection, closed: closed)
        var id = firstChunk(window: place.window, block: place.block)
        for chunk in chunks {
            while try connection.integer("SELECT 1 FROM chunks WHERE chunk_id = ?", .integer(id)) != nil { id += 1 }
            try writer.insert(chunk, as: id)
            id += 1
        }
    }

    private mutating func merge(
        _ group: [(id: Int64, chunk: StoredChunk)], _ encoder: ChunkEncoder, _ grid: inout ElementGrid
    ) {
        // What would be merged with nothing stays where it is.
        if group.count < 2 { return }
        let parts = group.map(\.chunk)
        var distinct: Set<Int64> = []
        for part in parts { for index in 0..<part.times.count { distinct.insert(part.times[index]) } }
        let listed = distinct.sorted()
        let times = ChunkTimes(listed)
        var rows: [Int64: Int] = [:]
        for (place, time) in listed.enumerated() { rows[time] = times.index(of: time, listedAt: place) }
        grid.reset(rows: times.count)
        let inflater = Inflater()
        for part in parts {
            part.eachElement(with: inflater) { slot, index, element in
                if let row = rows[part.times[index]] { grid.set(element, slot: slot, row: row) }
            }
        }
        if let chunk = encoder.encode(grid, block: place.block, times: times) { chunks.append(chunk) }
        replaced.append(contentsOf: group.map(\.id))
    }
}

extension StoredChunk {
    /// Whether all of it can be inflated.
    func isSound(_ inflater: Inflater) -> Bool {
        var text: [UInt8] = []
        return segments.allSatisfy { segment in
            segment.number >= 0 && segment.number < slotsPerBlock / columnsPerSegment
                && inflate(slot: segment.number * columnsPerSegment, with: inflater, into: &text)
                && text.first == 0x5b && text.last == 0x5d
        }
    }

    /// Calls `body` for each element that is a sample.
    func eachElement(with inflater: Inflater, _ body: (_ slot: Int, _ index: Int, Element) -> Void) {
        var text: [UInt8] = []
        for segment in segments {
            let first = segment.number * columnsPerSegment
            guard inflate(slot: first, with: inflater, into: &text) else { continue }
            text.withUnsafeBytes { text in
                for slot in first..<first + columnsPerSegment {
                    guard let column = columnText(text, slot: slot) else { continue }
                    readElements(column, count: times.count) { body(slot, $0, $1) }
                }
            }
        }
    }
}
