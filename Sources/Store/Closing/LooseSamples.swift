import Model

/// Samples that lie by themselves, made into chunks: block by block, oldest first.
struct LooseSamples {
    /// The most samples that are closed in one transaction.
    static let limit = 200_000
    /// The most times that a chunk is given. A grid has room for all series of the block at each of them, and whoever looks for
    /// one time reads the list of all.
    private static let timesPerPart = 4096

    private(set) var chunks: [EncodedChunk] = []
    private(set) var sampleCount = 0
    /// How many were no samples; they are taken out too.
    private(set) var unreadableCount = 0
    private var taken: [(series: Int64, timestamp: Int64)] = []

    /// Whether there was none.
    var isEmpty: Bool { taken.isEmpty }

    /// Reads and encodes loose samples, as many as are closed at once.
    init(from connection: Connection, with encoder: ChunkEncoder, grid: inout ElementGrid) throws {
        /// The samples of one block in one window.
        struct Bundle: Hashable {
            var block: BlockID
            var window: Int64
        }
        var bundles: [Bundle: [Sample]] = [:]
        try connection.rows(
            """
            SELECT series_id, ts, val FROM loose
            WHERE series_id BETWEEN 0 AND ? AND ts BETWEEN 0 AND ?
                AND typeof(series_id) = 'integer' AND typeof(ts) = 'integer'
            LIMIT ?
            """, .integer(series(block: Store.largestBlock, slot: slotsPerBlock - 1)), .integer(latestTimestamp),
            .integer(Int64(Self.limit))
        ) { row in
            let series = row.integer(0)
            let timestamp = row.integer(1)
            taken.append((series, timestamp))
            guard let element = row.element(2) else {
                unreadableCount += 1
                return
            }
            let bundle = Bundle(block: blockNumber(of: series), window: window(of: timestamp))
            bundles[bundle, default: []].append(
                Sample(slot: slot(of: series), timestamp: timestamp, element: element))
            sampleCount += 1
        }
        for (bundle, samples) in bundles.sorted(by: { ($0.key.window, $0.key.block) < ($1.key.window, $1.key.block) }) {
            var rest = samples.sorted { $0.timestamp < $1.timestamp }[...]
            while !rest.isEmpty {
                let times = Self.firstTimes(of: rest)
                let part = rest.prefix { $0.timestamp <= times.last ?? .max }
                rest = rest[part.endIndex...]
                if let chunk = Self.encode(part, times, bundle.block, encoder, &grid) { chunks.append(chunk) }
            }
        }
    }

    /// One of the samples of a block in a window.
    private struct Sample {
        var slot: Int
        var timestamp: Int64
        var element: Element
    }

    /// The first distinct times of samples that are in order, as many as go into a part.
    private static func firstTimes(of samples: ArraySlice<Sample>) -> [Int64] {
        var times: [Int64] = []
        for sample in samples where sample.timestamp != times.last {
            if times.count == timesPerPart { break }
            times.append(sample.timestamp)
        }
        return times
    }

    private static func encode(
        _ samples: ArraySlice<Sample>, _ timestamps: [Int64], _ block: BlockID, _ encoder: ChunkEncoder,
        _ grid: inout ElementGrid
    ) -> EncodedChunk? {
        let times = ChunkTimes(timestamps)
        let places = times.offsets.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
        grid.reset(rows: times.count)
        for sample in samples {
            let listed = places?[sample.timestamp - times.start] ?? 0
            grid.set(sample.element, slot: sample.slot, row: times.index(of: sample.timestamp, listedAt: listed))
        }
        return encoder.encode(grid, block: block, times: times)
    }

    /// Puts the chunks into the file and takes the samples out, in the caller's transaction.
    /// Returns the places that have become crowded.
    func store(on connection: Connection, closed: ClosedTimes) throws -> [ChunkPlace] {
        let crowded = try ChunkWriter(connection, closed: closed).write(chunks)
        // One by one: a late sample may have come between two of these since they were read.
        let remove = try connection.statement("DELETE FROM loose WHERE series_id = ? AND ts = ?")
        for sample in taken {
            try remove.bind(sample.series, 1)
            try remove.bind(sample.timestamp, 2)
            _ = try remove.step()
            remove.reset()
        }
        return crowded
    }
}

extension Statement {
    /// The element in a column of a row; nil when it is none.
    func element(_ column: Int32) -> Element? {
        let text = bytes(column)
        // A whole number is stored as such, and reads as its digits.
        if let first = text.first, text.allSatisfy({ $0 &- 0x30 < 10 || $0 == 0x2d }), first != 0x2d || text.count > 1,
            !(text.count == 2 && first == 0x2d && text[1] == 0x30)
        {
            return Element(mantissa: integer(column), tag: 0)
        }
        return Element(string: text.assumingMemoryBound(to: UInt8.self))
    }
}
