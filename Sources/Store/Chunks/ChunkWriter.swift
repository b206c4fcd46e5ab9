/// A block in a window: where up to 256 parts have room.
struct ChunkPlace: Hashable {
    var window: Int64
    var block: BlockID
}

/// Puts chunks into the file, inside the writer's transaction.
struct ChunkWriter {
    /// From so many parts on they are to be merged: long before there is no more room.
    static let manyParts: Int64 = 128

    private let connection: Connection
    private let closed: ClosedTimes

    init(_ connection: Connection, closed: ClosedTimes) {
        self.connection = connection
        self.closed = closed
    }

    /// Adds chunks as further parts of their blocks; returns the places that have become crowded: that have a part of a number
    /// from `manyParts` on.
    func write(_ chunks: [EncodedChunk], manyParts: Int64 = Self.manyParts) throws -> [ChunkPlace] {
        var crowded: [ChunkPlace] = []
        for chunk in chunks {
            let place = ChunkPlace(window: window(of: chunk.times.start), block: chunk.block)
            try connection.run("INSERT OR IGNORE INTO windows VALUES (?)", .integer(place.window))
            // Samples may reach into the next window: the block lives until that one goes.
            try connection.run(
                "UPDATE blocks SET last_window = ?1 WHERE block_id = ?2 AND last_window < ?1",
                .integer(window(of: chunk.times.end)), .integer(chunk.block))
            let first = firstChunk(window: place.window, block: chunk.block)
            let next = try connection.integer(
                "SELECT max(chunk_id) + 1 FROM chunks WHERE chunk_id BETWEEN ? AND ?", .integer(first),
                .integer(first + partsPerWindow - 1))
            let part = (next ?? first) - first
            guard part < partsPerWindow else {
                throw DatabaseError(code: 0, message: "a block has too many parts in a window", action: "add a chunk")
            }
            if part >= manyParts { crowded.append(place) }
            try insert(chunk, as: first + part)
            closed.closed(chunk.block, to: chunk.times.end)
        }
        return crowded
    }

    /// Puts one chunk in its place.
    func insert(_ chunk: EncodedChunk, as id: Int64) throws {
        let insert = try connection.statement("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)")
        try insert.bind([
            .integer(id), .integer(chunk.times.start), .integer(chunk.times.step), .integer(Int64(chunk.times.count)),
            chunk.times.offsetsJSON.map { .text($0) } ?? .null, .text(chunk.segments), .blob(chunk.data),
        ])
        defer { insert.reset() }
        _ = try insert.step()
    }
}
