/// Puts chunks into the file, inside the writer's transaction.
struct ChunkWriter {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Adds chunks as further parts of their blocks.
    func write(_ chunks: [EncodedChunk]) throws {
        for chunk in chunks {
            let start = window(of: chunk.times.start)
            try connection.run("INSERT OR IGNORE INTO windows VALUES (?)", .integer(start))
            // Samples may reach into the next window: the block lives until that one goes.
            try connection.run(
                "UPDATE blocks SET last_window = ?1 WHERE block_id = ?2 AND last_window < ?1",
                .integer(window(of: chunk.times.end)), .integer(chunk.block))
            let first = firstChunk(window: start, block: chunk.block)
            let part = try connection.integer(
                "SELECT max(chunk_id) + 1 FROM chunks WHERE chunk_id BETWEEN ? AND ?", .integer(first),
                .integer(first + partsPerWindow - 1))
            let insert = try connection.statement("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)")
            try insert.bind([
                .integer(part ?? first), .integer(chunk.times.start), .integer(chunk.times.step),
                .integer(Int64(chunk.times.count)), chunk.times.offsetsJSON.map { .text($0) } ?? .null,
                .text(chunk.segments), .blob(chunk.data),
            ])
            _ = try insert.step()
            insert.reset()
        }
    }
}
