import Logging
import Model
import Synchronization

/// What is done once in a minute, on the closer's thread: retention, giving free pages back, an eye on the write-ahead log,
/// and series that are not written any more leave memory.
final class Maintenance {
    /// Of a file of this many free pages a part is given back …
    private static let freeShare: Int64 = 4
    /// … so many pages a transaction, and so many transactions at a time: some milliseconds each.
    private static let vacuumPages: Int64 = 500
    private static let vacuumSlices = 16
    /// The write-ahead log grows beyond this only when somebody reads one state of the file for very long.
    private static let logLimit: Int64 = 64 << 20

    private let path: String
    private let writer: Writer
    private let registry: SeriesRegistry
    private let retention: Retention
    private let limits: @Sendable () -> RetentionLimits
    private let logger: Logger
    private var sweptWindow: Int64
    private var hasLargeLog = false

    init(
        path: String, writer: Writer, registry: SeriesRegistry, closed: ClosedTimes, now: Int64, logger: Logger,
        limits: @escaping @Sendable () -> RetentionLimits
    ) {
        self.path = path
        self.writer = writer
        self.registry = registry
        self.limits = limits
        self.logger = logger
        retention = Retention(writer: writer, registry: registry, closed: closed)
        sweptWindow = window(of: now)
    }

    /// Does all of it.
    func run(now: Int64) throws {
        if window(of: now) != sweptWindow {
            sweptWindow = window(of: now)
            try registry.sweep(now: now, path: path)
        }
        let removed = try retention.apply(limits(), now: now)
        if removed > 0 { logger.debug("retention took windows out of the store", ["windows": String(removed)]) }
        try giveBackFreePages()
        try watchLog()
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
