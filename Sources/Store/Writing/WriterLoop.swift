import Logging
import Model
import Threads

/// The writer's thread from inside.
final class WriterLoop {
    /// The longest that something posted waits for its commit; the promise of the store is a second.
    private static let commitMilliseconds = 400
    /// How often a disk that refused is tried again.
    private static let retryMilliseconds = 1000

    private let connection: Connection
    private let logger: Logger
    /// Bytes of samples that may wait for the disk.
    private let waitingLimit: Int
    private let reserve: Reserve
    private let instruments: StoreInstruments
    private let committed: @Sendable (WriteBatch) -> Void
    private var waiting: [WriteBatch] = []
    private var trouble: String?

    init(
        connection: Connection, logger: Logger, waitingLimit: Int, reserve: Reserve, instruments: StoreInstruments,
        committed: @escaping @Sendable (WriteBatch) -> Void
    ) {
        self.connection = connection
        self.logger = logger
        self.waitingLimit = waitingLimit
        self.reserve = reserve
        self.instruments = instruments
        self.committed = committed
    }

    /// Works until the mailbox is closed and empty.
    func run(_ mailbox: Mailbox<Writer.Job>, report: (Writer.Condition) -> Void) {
        var lastCommit = monotonicNanoseconds()
        while true {
            let patience =
                waiting.isEmpty ? 60_000 : trouble == nil ? Self.commitMilliseconds : Self.retryMilliseconds
            guard let jobs = mailbox.takeAll(waitingAtMost: patience) else { break }
            for job in jobs {
                switch job {
                case .batch(let batch): waiting.append(batch)
                case .work(let body):
                    // Work may rely on what was posted before it.
                    write(report)
                    body(connection)
                }
            }
            let now = monotonicNanoseconds()
            let pause = trouble == nil ? Self.commitMilliseconds : Self.retryMilliseconds
            if !waiting.isEmpty, jobs.isEmpty || now - lastCommit >= UInt64(pause) * 1_000_000 {
                write(report)
                lastCommit = now
            }
        }
        write(report)
        if trouble != nil {
            logger.error(
                "cannot write the last samples: \(trouble ?? "")",
                ["samples": String(waiting.reduce(0) { $0 + $1.sampleCount })])
        }
        foldLog()
    }

    /// Commits what waits. On failure it goes on waiting, without the oldest samples when they are too many.
    private func write(_ report: (Writer.Condition) -> Void) {
        if waiting.isEmpty { return }
        let begin = monotonicNanoseconds()
        do {
            let counts = try connection.transaction { try HeadWriter(connection).write(waiting) }
            instruments.writeSeconds.observe(nanoseconds: monotonicNanoseconds() - begin)
            instruments.appended.increment(by: counts.samples)
            instruments.duplicates.increment(by: counts.duplicates)
            for batch in waiting { committed(batch) }
            waiting.removeAll(keepingCapacity: true)
            recovered()
        } catch {
            failed(error)
        }
        report(.init(trouble: trouble, waitingSamples: waiting.reduce(0) { $0 + $1.sampleCount }))
    }

    /// Brings the write-ahead log into the file, so that a stopped store is one file.
    private func foldLog() {
        do {
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        } catch {
            // Nothing is lost: whoever opens the file next reads the log.
            logger.debug("cannot fold the write-ahead log into the file: \(error)")
        }
    }

    private func recovered() {
        if trouble == nil { return }
        trouble = nil
        reserve.restore()
        logger.info("storing resumes")
    }

    private func failed(_ error: any Error) {
        let reason = String(describing: error)
        if trouble == nil {
            logger.error("cannot write to the store: \(reason); samples wait in memory, judging and serving go on")
        }
        trouble = reason
        // The room of the reserve lets retention delete, and the log be folded back into the file.
        if let error = error as? DatabaseError, error.isDiskTrouble { reserve.release() }
        var held = waiting.reduce(0) { $0 + $1.byteCount }
        var lost = 0
        for batch in waiting where held > waitingLimit && batch.sampleCount > 0 {
            held -= batch.byteCount
            lost += batch.sampleCount
            batch.dropSamples()
        }
        if lost > 0 {
            instruments.lost.increment(by: lost)
            logger.warn(
                "samples dropped: the store cannot be written and memory for them is used up", ["samples": String(lost)]
            )
        }
    }
}
