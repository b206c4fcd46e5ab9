import Instruments
import Logging
import Model
import Synchronization

/// The one file: series, samples, and everything else that is remembered.
///
/// There is one writer, which is a thread of the store's own; whoever has something to write hands it over. Readers see one
/// state of the file for as long as they read, and neither wait for the writer nor make it wait.
public final class Store: Sendable {
    /// How a store is opened.
    public struct Options: Sendable {
        /// What is kept of the past.
        public var retention = RetentionLimits.standard
        /// Bytes of samples that wait in memory while the disk refuses.
        public var waitingLimit = 64 << 20
        /// Where the present comes from.
        public var clock: any WallClock = SystemClock()

        /// The usual options.
        public init() {}
    }

    /// The file.
    public let path: String

    let writer: Writer
    let registry: SeriesRegistry
    let targets = TargetBook()
    let readers: ReaderPool
    let heads = HeadBook(rowsPerPart: Closer.rowsPerPart)
    let clock: any WallClock
    let logger: Logger
    private let fileGuard: FileGuard
    private let closer: Closer
    private let retention: Mutex<RetentionLimits>

    /// Opens a file, or makes it. Throws a `UserError` or `DatabaseError` that says why not.
    public init(path: String, options: Options = Options(), registry instruments: Registry, logger: Logger) throws {
        self.path = path
        self.clock = options.clock
        self.logger = logger
        retention = Mutex(options.retention)
        registry = SeriesRegistry(heads: heads)
        fileGuard = try FileGuard(path: path)
        let connection = try openForWriting(path, now: options.clock.now())
        writer = Writer(instruments: StoreInstruments(instruments))
        readers = ReaderPool(path: path)
        let since = window(of: options.clock.now()) - 1
        let hasSeries = try connection.integer("SELECT 1 FROM label_sets LIMIT 1") != nil
        try registry.load(from: connection, since: since, archive: hasSeries ? SeriesArchive(path: path) : nil)
        try targets.load(from: connection)
        closer = Closer(heads: heads, writer: writer, registry: registry, clock: options.clock, logger: logger)
        let heads = heads
        try connection.rows("SELECT target_id, count(*), min(ts) FROM scrapes GROUP BY target_id") { row in
            heads.found(row.integer(0), count: Int(row.integer(1)), oldest: row.integer(2))
        }
        let closer = closer
        let reserve = Reserve(path: path + "-reserve")
        reserve.restore()
        try closer.start(path: path)
        writer.start(connection, logger: logger, waitingLimit: options.waitingLimit, reserve: reserve) { batch in
            var isDue = false
            for scrape in batch.scrapes where heads.added(scrape.target, at: scrape.timestamp) { isDue = true }
            if isDue { closer.look() }
        }
        registerGauges(instruments)
    }

    /// Takes a batch, which must not be touched by the caller any more; it is committed within a second.
    public func write(_ batch: WriteBatch) { writer.post(batch) }

    /// An appender for a target, for the one thread that collects from it.
    public func appender(target: Int64) -> TargetAppender {
        TargetAppender(target: target, registry: registry, clock: clock)
    }

    /// Waits until everything handed over before is in the file; throws when it cannot be written.
    public func flush() async throws {
        try await writer.perform { _ in }
        if let trouble = writer.currentCondition().trouble { throw UserError("cannot write to \(path): \(trouble)") }
    }

    /// Closes the whole head into chunks; false when that could not be written.
    @discardableResult
    public func closeHead() -> Bool { closer.closeAll() }

    /// Why the file cannot be written at present; nil when it can.
    public var trouble: String? { writer.currentCondition().trouble }

    /// Writes what is left and lets go of the file.
    public func close() {
        closer.stop()
        writer.stop()
        readers.close()
        registry.close()
        fileGuard.release()
    }
}

extension Store: SeriesSource {
    /// The series that satisfy every matcher, with their samples in a range of time.
    public func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        try StoreCursor(matchers, from: from, to: to, registry: registry, pool: readers)
    }
}

extension Store {
    private func registerGauges(_ instruments: Registry) {
        let writer = writer
        let registry = registry
        let path = path
        instruments.gauge("vedette_store_writable", "Whether the store can be written: 1, or 0 while the disk refuses.")
        {
            writer.currentCondition().trouble == nil ? 1 : 0
        }
        instruments.gauge("vedette_store_waiting_samples", "Samples that wait in memory because the disk refuses.") {
            Double(writer.currentCondition().waitingSamples)
        }
        instruments.gauge("vedette_store_series", "Series in memory: being written now, or lately.") {
            Double(registry.count)
        }
        instruments.gauge("vedette_store_bytes", "Size of the store on disk, with its write-ahead log.", unit: "bytes")
        {
            Double(fileSize(path) + fileSize(path + "-wal"))
        }
    }
}
