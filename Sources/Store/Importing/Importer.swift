import CSQLite
import Instruments
import Logging
import Model

/// Brings samples of the past into a store that nobody else uses, in any order and as many as there are.
///
/// They are gathered by block and window in a fixed amount of memory. What has come together is made into chunks and
/// committed, with the place in the imported file up to which it reaches: after a crash the file goes on there. Neither the
/// head nor the samples by themselves are used, so that nothing has to be closed afterwards.
///
/// A sample of a time that its series has already is left out.
public final class Importer {
    /// The samples that are gathered before they are committed: 64 MB.
    private static let gathered = 1 << 22
    /// The number of parts of a block in a window from which on they are merged, and after how many more they are again.
    private static let manyParts: Int64 = 32
    /// The most parts that a place gets before it is looked whether it has many.
    private static let slice = 64

    private let path: String
    private let fileGuard: FileGuard
    private let connection: Connection
    private let registry: SeriesRegistry
    private let targets: TargetBook
    private let closed: ClosedTimes
    private let heads: HeadWriter
    private let stored: StoredSlots
    private let clock: any WallClock
    private let encoder = BundleEncoder()
    private let merging = ChunkEncoder()
    private var grid = ElementGrid()
    private var pool: SamplePool
    private var batch = WriteBatch()
    private var families: [String: FamilyMetadata] = [:]
    private var owners: [Labels: Int64] = [:]

    /// Opens a store, or makes it. Throws a `UserError` that says why it cannot be opened.
    public convenience init(path: String, options: Store.Options = Store.Options(), logger: Logger) throws {
        try self.init(path: path, options: options, logger: logger, gathered: Self.gathered)
    }

    init(path: String, options: Store.Options, logger: Logger, gathered: Int) throws {
        var options = options
        options.closesByItself = false
        // What is imported may be older than what is kept; whoever serves the store decides about that.
        options.retention = RetentionLimits(milliseconds: .max, bytes: nil)
        let store = try Store(path: path, options: options, registry: Registry(), logger: logger)
        // From here on all that there is are chunks.
        let isClosed = store.closeHead()
        store.close()
        if !isClosed { throw UserError("cannot import into \(path): its head could not be closed") }
        let opened = try OpenedFile.open(path, options: options, logger: logger)
        self.path = path
        fileGuard = opened.fileGuard
        connection = opened.connection
        registry = opened.registry
        targets = opened.targets
        closed = opened.closed
        heads = opened.writer
        stored = StoredSlots(opened.connection)
        clock = options.clock
        pool = SamplePool(capacity: gathered)
        // A series that is there already stays where it is.
        try connection.rows("SELECT DISTINCT target_id FROM blocks") { registry.retain(target: $0.integer(0)) }
    }

    /// How far a file has been imported; nil when it was not, or to its end.
    public func progress(of identity: String) throws -> ImportProgress? {
        try connection.importProgress(of: identity)
    }

    /// The number of a series, which gets one when it is new. The time is that of its first sample.
    public func series(_ labels: Labels, at timestamp: Int64) throws -> Int64 {
        // Series of one instance were scraped together: they have their times in common, and so they get their blocks.
        let owner = labels.keeping(["job", "instance"])
        let target = owners[owner] ?? begin(owner)
        return try registry.resolve(labels, for: target, now: timestamp, &batch.definitions).series
    }

    /// Whether the store can hold this time.
    public static func canHold(_ timestamp: Int64) -> Bool { (0...latestTimestamp).contains(timestamp) }

    /// Adds a sample of a time that the store can hold. There must be room.
    public func add(_ series: Int64, at timestamp: Int64, _ value: NumberToken) {
        pool.add(Element(value), slot: slot(of: series), at: timestamp, block: blockNumber(of: series))
    }

    /// Whether what has been gathered must be committed before there is room for more.
    public var isFull: Bool { pool.isFull }

    /// Notes what the file says about a family. What the store knows of it already stands.
    public func note(_ family: FamilyMetadata) { families[family.family] = family }

    /// Puts what has been gathered into the file, in one transaction with how far a file has been read. Returns how many of
    /// the samples were new.
    public func commit(_ progress: (Int) -> (ImportProgress, of: String)?) throws -> Int {
        do {
            let added = try connection.transaction {
                _ = try heads.write([batch])
                for family in families.values { try write(family) }
                let added = try writeSamples()
                if let (progress, identity) = progress(added) { try connection.write(progress, of: identity) }
                return added
            }
            batch = WriteBatch()
            families.removeAll()
            pool.removeAll()
            return added
        } catch let error as DatabaseError {
            throw UserError(
                error.isDiskTrouble
                    ? "cannot import into \(path): the disk is full or fails (\(error.message))"
                    : "cannot import into \(path): \(error)")
        }
    }

    /// Forgets how far a file was imported: it was, to its end.
    public func finish(_ identity: String) throws { try connection.forgetImport(of: identity) }

    /// Lets go of the file. What has not been committed is lost.
    public func close() {
        registry.close()
        // Nothing is lost when the log cannot be folded into the file: whoever opens it next reads the log.
        _ = Result { try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        fileGuard.release()
    }

    private func begin(_ owner: Labels) -> Int64 {
        let target = TargetDescription(
            job: owner["job"] ?? "", instance: owner["instance"] ?? "", url: "import", labels: owner,
            discovered: .none, intervalMilliseconds: 0, timeoutMilliseconds: 0)
        let id = targets.begin(target)
        // It was never scraped, and will not be.
        batch.definitions.append(.target(id: id, target))
        batch.definitions.append(.targetGone(id: id, at: clock.now()))
        owners[owner] = id
        return id
    }

    private func writeSamples() throws -> Int {
        var added = 0
        var samples: [GatheredSample] = []
        let writer = ChunkWriter(connection, closed: closed)
        // In the order of their numbers, so that the table grows at its end.
        let order = pool.bundles.sorted { ($0.place.window, $0.place.block) < ($1.place.window, $1.place.block) }
        for bundle in order {
            pool.copy(bundle, into: &samples)
            try stored.removeStored(&samples, at: bundle.place)
            if samples.isEmpty { continue }
            let encoded = encoder.encode(samples, at: bundle.place)
            added += encoded.samples
            for start in stride(from: 0, to: encoded.chunks.count, by: Self.slice) {
                let slice = encoded.chunks[start..<min(encoded.chunks.count, start + Self.slice)]
                let crowded = try writer.write(Array(slice), manyParts: Self.manyParts)
                if let place = crowded.first { try merge(place, after: Int64(slice.count)) }
            }
        }
        return added
    }

    /// Merges the parts of a place when it has many, or many more than when it was last merged.
    private func merge(_ place: ChunkPlace, after written: Int64) throws {
        let first = firstChunk(window: place.window, block: place.block)
        let parts = try connection.integer(
            "SELECT count(*) FROM chunks WHERE chunk_id BETWEEN ? AND ?", .integer(first),
            .integer(first + partsPerWindow - 1))
        guard let parts, parts / Self.manyParts > (parts - written) / Self.manyParts else { return }
        try MergedParts(place, from: connection, with: merging, grid: &grid).store(on: connection, closed: closed)
    }

    private func write(_ family: FamilyMetadata) throws(DatabaseError) {
        try connection.run(
            """
            INSERT INTO metadata VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                type = CASE WHEN type = 'unknown' THEN excluded.type ELSE type END,
                help = CASE WHEN help = '' THEN excluded.help ELSE help END,
                unit = CASE WHEN unit = '' THEN excluded.unit ELSE unit END
            """, .text(family.family), .text(family.type), .text(family.help), .text(family.unit))
    }
}
