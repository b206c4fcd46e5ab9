import Model

/// The closer's thread from inside: makes chunks of what is in the head.
final class CloserWork {
    private let connection: Connection
    private let heads: HeadBook
    private let writer: Writer
    private let registry: SeriesRegistry
    private let closed: ClosedTimes
    private let chunks: ChunkCache
    private let rowsPerPart: Int
    private let encoder = ChunkEncoder()
    private var grid = ElementGrid()

    init(
        connection: sending Connection, heads: HeadBook, writer: Writer, registry: SeriesRegistry, closed: ClosedTimes,
        chunks: ChunkCache, rowsPerPart: Int
    ) {
        self.connection = connection
        self.heads = heads
        self.writer = writer
        self.registry = registry
        self.closed = closed
        self.chunks = chunks
        self.rowsPerPart = rowsPerPart
    }

    /// Closes the oldest part of a target.
    func close(_ target: Int64, limit: Int) throws {
        let begin = monotonicNanoseconds()
        let limit = heads.beginClosing(target, limit: limit)
        let part = try connection.reading {
            try HeadPart(
                target: target, blocks: { registry.blocks(of: target) }, limit: limit, from: connection, with: encoder,
                grid: &grid)
        }
        let closed = closed
        let heads = heads
        let stored = try writer.performBlocking { connection in
            heads.hasGrown(target, part.timestamps) ? nil : try part.store(on: connection, closed: closed)
        }
        guard let crowded = stored else { return }
        // Somebody else may have taken the rows out of the file: then nothing is left to be counted.
        let isEmpty = part.timestamps.isEmpty
        heads.closed(target, count: isEmpty ? .max : part.timestamps.count, oldest: try oldest(target))
        for chunk in part.chunks { registry.noteAlive(chunk.block, chunk.slots) }
        writer.instruments.closedSamples.increment(by: part.sampleCount)
        writer.instruments.closeSeconds.observe(nanoseconds: monotonicNanoseconds() - begin)
        try merge(crowded)
    }

    /// Closes the samples by themselves.
    func closeLoose() throws {
        while true {
            let samples = try LooseSamples(from: connection, with: encoder, grid: &grid)
            if samples.isEmpty { break }
            let closed = closed
            let crowded = try writer.performBlocking { try samples.store(on: $0, closed: closed) }
            for chunk in samples.chunks { registry.noteAlive(chunk.block, chunk.slots) }
            writer.instruments.closedSamples.increment(by: samples.sampleCount)
            writer.instruments.unreadable.increment(by: samples.unreadableCount)
            try merge(crowded)
        }
        let closed = closed
        try writer.runBlocking { try closed.reloadLoose(from: $0) }
    }

    /// Closes everything there is.
    func closeAll() throws {
        for target in heads.all() {
            while heads.count(of: target) > 0 { try close(target, limit: 2 * rowsPerPart) }
        }
        try closeLoose()
    }

    private func merge(_ crowded: [ChunkPlace]) throws {
        for place in Set(crowded) {
            let merged = try MergedParts(place, from: connection, with: encoder, grid: &grid)
            let closed = closed
            try chunks.changing { try writer.performBlocking { try merged.store(on: $0, closed: closed) } }
        }
    }

    private func oldest(_ target: Int64) throws -> Int64? {
        try connection.integer(
            """
            SELECT ts FROM scrapes WHERE target_id = ? AND ts BETWEEN 0 AND ? AND typeof(ts) = 'integer' ORDER BY ts LIMIT 1
            """, .integer(target), .integer(latestTimestamp))
    }
}
