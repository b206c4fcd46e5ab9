import Logging
import Model
import Synchronization

/// What is done once in a minute, on the closer's thread: retention, giving free pages back, an eye on the file's name and on
/// the write-ahead log, and series that are not written any more leave memory.
final class Maintenance {
    /// Of a file of this many free pages a part is given back …
    private static let freeShare: Int64 = 4
    /// … so many pages a transaction, and so many transactions at a time: some milliseconds each.
    private static let vacuumPages: Int64 = 500
    private static let vacuumSlices = 16
    /// The write-ahead log grows beyond this only when somebody reads one state of the file for very long.
    private static let logLimit: Int64 = 64 << 20

    private let path: String
    private let watch: FileWatch
    private let writer: Writer
    private let registry: SeriesRegistry
    private let chunks: ChunkCache
    private let retention: Retention
    private let limits: @Sendable () -> RetentionLimits
    private let logger: Logger
    private var sweptWindow: Int64
    private var hasLargeLog = false
    private var isLost = false

    init(
        path: String, watch: FileWatch, writer: Writer, registry: SeriesRegistry, closed: ClosedTimes,
        chunks: ChunkCache, leftovers: Leftovers, now: Int64,
        logger: Logger,
        limits: @escaping @Sendable () -> RetentionLimits
    ) {
        self.path = path
        self.watch = watch
        self.writer = writer
        self.registry = registry
        self.chunks = chunks
        self.limits = limits
        self.logger = logger
        retention = Retention(writer: writer, registry: registry, closed: closed, chunks: chunks, leftovers: leftovers)
        sweptWindow = window(of: now)
    }

    /// Does all of it.
    func run(now: Int64) throws {
        watchNames()
        // Whoever leaves memory must be found in the file again.
        if !isLost, window(of: now) != sweptWindow {
            sweptWindow = window(of: now)
            try registry.sweep(now: now, path: path)
        }
        registry.past?.forgetUnused()
        chunks.forgetUnused()
        let removed = try retention.apply(limits(), now: now)
        if removed > 0 { logger.debug("retention took windows out of the store", ["windows": String(removed)]) }
        try giveBackFreePages()
        try watchLog()
    }

    /// Says once that the samples go where nobody can find them any more, and what can still be done about it.
    private func watchNames() {
        let lost = watch.lostName
        defer { isLost = lost != nil }
        if let lost, !isLost {
            logger.error(
                """
                the store's file was deleted or replaced while it is in use: all samples, also new ones, are gone when \
                vedette ends. Fetch /api/v1/backup now, which still has everything; then stop vedette, put the copy in \
                place with `vedette restore`, and start it again
                """, ["file": lost])
        } else if lost == nil, isLost {
            logger.info("the store's file is back in its place", ["file": path])
        }
    }

    private func giveBackFreePages() throws {
        for _ in 0..<Self.vacuumSlices {
            let more = try writer.performFreeing { connection in
                let pages = try connection.integer("PRAGMA page_count") ?? 0
                let free = try connection.integer("PRAGMA freelist_count") ?? 0
                guard free * Self.freeShare > pages, free > Self.vacuumPages else { return false }
                try connection.execute("PRAGMA incremental_vacuum(\(Self.vacuumPages))")
                return true
            }
            if !more { return }
        }
    }

    private func watchLog() throws {
        let size = fileSize(path + "-wal")
        if size <= Self.logLimit {
            hasLargeLog = false
            return
        }
        if !hasLargeLog {
            logger.warn(
                "the write-ahead log cannot be folded into the store: somebody has been reading one state of it for long",
                ["file": path + "-wal", "bytes": String(size)])
        }
        hasLargeLog = true
        try writer.runBlocking { try $0.execute("PRAGMA wal_checkpoint(PASSIVE)") }
    }
}
