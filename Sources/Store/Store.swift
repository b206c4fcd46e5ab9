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
        /// Whether the file lies in memory and goes with the process: then no room is set aside for bad days, and its log stays short.
        public var isPassing = false
        /// Where the present comes from.
        public var clock: any WallClock = SystemClock()
        /// The highest number of a block.
        var largestBlock = Store.largestBlock
        /// The number of rows of a target that make a part: more compress better, and keep the head longer.
        package var rowsPerPart = 240
        /// Whether parts are closed when they are due, or only when somebody asks.
        package var closesByItself = true

        /// The usual options.
        public init() {}
    }

    /// The file.
    public let path: String

    let writer: Writer
    let registry: SeriesRegistry
    let targets: TargetBook
    /// What the file has been told about families of metrics.
    public let metadata = MetadataBook()
    let readers: ReaderPool
    let heads: HeadBook
    let clock: any WallClock
    let logger: Logger
    private let fileGuard: FileGuard
    let watch: FileWatch
    private let closer: Closer
    private let retention: SharedLimits

    /// Opens a file, or makes it. A damaged file is moved aside, and what can be read of it is recovered. Throws a
    /// `UserError` that says why it cannot be opened.
    public init(path: String, options: Options = Options(), registry instruments: Registry, logger: Logger) throws {
        let opened = try OpenedFile.open(path, options: options, logger: logger)
        self.path = path
        clock = options.clock
        self.logger = logger
        let retention = SharedLimits(options.retention)
        self.retention = retention
        registry = opened.registry
        targets = opened.targets
        heads = opened.heads
        fileGuard = opened.fileGuard
        writer = Writer(instruments: StoreInstruments(instruments))
        let watch = FileWatch(path: path)
        self.watch = watch
        let chunks = ChunkCache()
        readers = ReaderPool(path: path, watch: watch, chunks: chunks)
        let damage = DamageReport(path: path, logger: logger)
        closer = Closer(
            heads: heads, options: options, logger: logger, damage: damage)

        let now = options.clock.now()
        let work = CloserWork(
            connection: try Connection(path: path, mode: .readOnly), heads: heads, writer: writer, registry: registry,
            closed: opened.closed, chunks: chunks, rowsPerPart: options.rowsPerPart)
        let maintenance = Maintenance(
            path: path, watch: watch, writer: writer, registry: registry, closed: opened.closed, chunks: chunks,
            leftovers: Leftovers(writer: writer, registry: registry, targets: targets, metadata: metadata), now: now,
            logger: logger, limits: { retention.value })
        let check =
            opened.isDoubtful ? BackgroundCheck(connection: try Connection(path: path, mode: .readOnly), damage) : nil
        try closer.start(work, maintenance, check)

        let heads = heads
        let closer = closer
        let listeners = WriterLoop.Listeners(
            committed: { batches, counts in
                var isDue = false
                for scrape in counts.scrapes
                where heads.added(scrape.target, at: scrape.timestamp, isPart: scrape.isPart) {
                    isDue = true
                }
                for part in counts.lateParts { heads.grown(part.target, at: part.timestamp) }
                for batch in batches { for scrape in batch.scrapes { heads.arrived(scrape.target) } }
                if counts.loose > 0 { closer.looseAdded(counts.loose) }
                if isDue { closer.look() }
            },
            dropped: { scrapes in for scrape in scrapes { heads.arrived(scrape.target) } },
            damaged: { damage.found($0.message) })
        try writer.start(
            WriterLoop(
                connection: opened.connection, heads: opened.writer, logger: logger, waitingLimit: options.waitingLimit,
                reserve: opened.reserve, instruments: writer.instruments, listeners: listeners))
        registerGauges(instruments, damage)
    }

    /// Takes a batch, which must not be touched by the caller any more; it is committed within a second.
    public func write(_ batch: WriteBatch) {
        for scrape in batch.scrapes { heads.posted(scrape.target) }
        // Only now, with its last rows on their way: a target that has none would be forgotten at once.
        for case .targetGone(let target, _) in batch.definitions { heads.setGone(target, true) }
        if !writer.post(batch) { batch.settlement?.settle(.failure(StoreClosed())) }
    }

    /// An appender for a target, for the one thread that collects from it.
    public func appender(target: Int64) -> TargetAppender {
        TargetAppender(target: target, registry: registry, clock: clock)
    }

    /// Waits until everything handed over before is in the file; throws when it cannot be written.
    public func flush() async throws {
        try await writer.perform { _ in }
        if let trouble = writer.currentCondition().trouble { throw UserError(trouble) }
    }

    /// Closes the whole head into chunks; false when that could not be written.
    @discardableResult
    public func closeHead() -> Bool { closer.closeAll() }

    /// Sets what is kept of the past, from now on.
    public func setRetention(_ limits: RetentionLimits) {
        retention.value = limits
        closer.maintainSoon()
    }

    /// Applies retention and keeps the file in order at once, which otherwise happens once a minute; false when that could
    /// not be done.
    @discardableResult
    func maintain() -> Bool { closer.maintain() }

    /// Why the file cannot be written at present; nil when it can.
    public var trouble: String? { writer.currentCondition().trouble }

    /// Writes what is left and lets go of the file.
    public func close() {
        closer.stop()
        readers.close()
        registry.close()
        // Last: who closes a file for reading only leaves the log beside it.
        writer.stop()
        fileGuard.release()
    }
}

/// Limits that can be changed while others go by them.
private final class SharedLimits: Sendable {
    private let limits: Mutex<RetentionLimits>

    init(_ limits: RetentionLimits) { self.limits = Mutex(limits) }

    var value: RetentionLimits {
        get { limits.withLock { $0 } }
        set { limits.withLock { $0 = newValue } }
    }
}

extension Store: SeriesSource {
    /// The series that satisfy every matcher, with their samples in a range of time.
    public func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        // What waits is looked at first: what is committed in between is seen twice, and counts once.
        let waiting = WaitingSamples(writer.currentCondition().waiting)
        return try StoreCursor(matchers, from: from, to: to, registry: registry, pool: readers, waiting: waiting)
    }
}

extension Store {
    private func registerGauges(_ instruments: Registry, _ damage: DamageReport) {
        let writer = writer
        let registry = registry
        let watch = watch
        let path = path
        instruments.gauge("vedette_store_writable", "Whether the store can be written: 1, or 0 while the disk refuses.")
        {
            writer.currentCondition().trouble == nil ? 1 : 0
        }
        instruments.gauge("vedette_store_damaged", "Whether damage was found in the store's file since the start.") {
            damage.isFound ? 1 : 0
        }
        instruments.gauge(
            "vedette_store_file_lost",
            "Whether the store's file, or its log, was deleted or replaced: what is written since ends with the process."
        ) {
            watch.lostName == nil ? 0 : 1
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
        instruments.gauge(
            "vedette_store_wal_bytes", "Size of the write-ahead log; it grows while somebody reads one state for long.",
            unit: "bytes"
        ) {
            Double(fileSize(path + "-wal"))
        }
    }
}
