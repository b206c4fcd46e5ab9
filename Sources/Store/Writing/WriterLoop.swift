import Logging
import Model
import Threads

/// The writer's thread from inside.
final class WriterLoop {
    /// Whom the loop tells what it did.
    struct Listeners: Sendable {
        /// After a commit: the batches, the scrapes of them that became rows, and how many samples went by themselves.
        var committed: @Sendable ([WriteBatch], HeadWriter.Counts) -> Void
        /// Scrapes that were given up.
        var dropped: @Sendable ([WriteBatch.Scrape]) -> Void
        /// SQLite found the file damaged.
        var damaged: @Sendable (DatabaseError) -> Void
    }

    /// The shortest time between two commits. What is posted has been gathered for most of a second already, and the
    /// promise of the store is a second.
    private static let commitMilliseconds = 100
    /// What goes into one transaction at the most, and one batch more.
    private static let sliceBytes = 4 << 20
    /// The most characters that are said of what is left out.
    private static let longestLine = 4096
    /// How often a disk that refused is tried again.
    private static let retryMilliseconds = 1000

    private let connection: Connection
    private let heads: HeadWriter
    private let logger: Logger
    /// Bytes of samples that may wait for the disk.
    private let waitingLimit: Int
    private let reserve: Reserve
    private let instruments: StoreInstruments
    private let listeners: Listeners
    private var waiting: [WriteBatch] = []
    private var trouble: Trouble?

    init(
        connection: Connection, heads: HeadWriter, logger: Logger, waitingLimit: Int, reserve: Reserve,
        instruments: StoreInstruments, listeners: Listeners
    ) {
        self.connection = connection
        self.heads = heads
        self.logger = logger
        self.waitingLimit = waitingLimit
        self.reserve = reserve
        self.instruments = instruments
        self.listeners = listeners
    }

    /// Works until the mailbox is closed and empty.
    func run(_ mailbox: Mailbox<Writer.Job>, report: (Writer.Condition) -> Void) {
        var lastCommit = monotonicNanoseconds()
        while true {
            let pause = trouble == nil ? Self.commitMilliseconds : Self.retryMilliseconds
            guard let jobs = mailbox.takeAll(waitingAtMost: waiting.isEmpty ? 60_000 : pause) else { break }
            for job in jobs {
                switch job {
                case .batch(let batch): waiting.append(batch)
                case .work(let frees, let body):
                    // Work may rely on what was posted before it.
                    write(report)
                    if frees { withReserve { body(connection) } } else { body(connection) }
                }
            }
            let now = monotonicNanoseconds()
            let isAwaited = trouble == nil && waiting.contains { $0.settlement != nil }
            if !waiting.isEmpty, jobs.isEmpty || isAwaited || now - lastCommit >= UInt64(pause) * 1_000_000 {
                write(report)
                lastCommit = now
            }
        }
        write(report)
        if let trouble {
            logger.error(
                "cannot write the last samples: \(trouble.reason)",
                ["samples": String(waiting.reduce(0) { $0 + $1.sampleCount })])
        }
        foldLog()
    }

    /// Commits what waits. On failure it goes on waiting, without the oldest samples when they are too many.
    private func write(_ report: (Writer.Condition) -> Void) {
        if waiting.isEmpty { return }
        let begin = monotonicNanoseconds()
        var written: [Settlement] = []
        var refused: [Settlement] = []
        do {
            // In slices: after a full disk there may be little room for the log of one transaction.
            while !waiting.isEmpty {
                let slice = nextSlice()
                let counts = try connection.transaction { try heads.write(slice) }
                instruments.appended.increment(by: counts.samples)
                instruments.duplicates.increment(by: counts.duplicates)
                listeners.committed(slice, counts)
                tell(counts.refused)
                written.append(contentsOf: slice.compactMap(\.settlement))
                waiting.removeFirst(slice.count)
            }
            instruments.writeSeconds.observe(nanoseconds: monotonicNanoseconds() - begin)
            recovered()
        } catch {
            // The samples themselves go on waiting, unless there are too many of them.
            refused = waiting.compactMap(\.settlement)
            failed(error)
        }
        report(
            .init(
                trouble: trouble?.reason, waiting: trouble == nil ? [] : waiting,
                waitingSamples: waiting.reduce(0) { $0 + $1.sampleCount }))
        // Whoever is told must find what was reported.
        for settlement in written { settlement.settle(.success(())) }
        for settlement in refused { settlement.settle(.failure(StoreRefusal(reason: trouble?.reason ?? ""))) }
    }

    /// Says what was left out, as much of it as a line has room for: it is nowhere else.
    private func tell(_ refused: [(change: JudgingChange, error: DatabaseError)]) {
        for (change, error) in refused {
            logger.error(
                "left something out of the store that it will not have: \(error.message)",
                ["left_out": String(String(describing: change).prefix(Self.longestLine))])
        }
    }

    /// The oldest batches that go into one transaction.
    private func nextSlice() -> [WriteBatch] {
        var bytes = 0
        return Array(
            waiting.prefix { batch in
                defer { bytes += batch.byteCount }
                return bytes < Self.sliceBytes
            })
    }

    /// Runs work that makes room. On a full disk the reserve lets it begin; it is set aside again from what was freed.
    private func withReserve(_ body: () -> Void) {
        guard trouble?.isDisk == true else { return body() }
        reserve.release()
        body()
        do {
            // What was deleted becomes room only when the log has been folded into the file.
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        } catch {
            logger.debug("cannot fold the write-ahead log into the file: \(error)")
        }
        reserve.restore()
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
        logger.info("the store can be written again: storing resumes")
    }

    private func failed(_ error: any Error) {
        let new = Trouble(error)
        if trouble?.kind != new.kind {
            logger.error("\(new.reason); samples wait in memory, judging and serving go on")
        }
        trouble = new
        if let error = error as? DatabaseError, error.isCorruption { listeners.damaged(error) }
        var held = waiting.reduce(0) { $0 + $1.byteCount }
        var lost = 0
        // Readers may be looking at the batches: they are replaced, not changed.
        let rest = WriteBatch()
        var given = 0
        while given < waiting.count, held > waitingLimit {
            let batch = waiting[given]
            held -= batch.byteCount
            lost += batch.sampleCount
            listeners.dropped(batch.scrapes)
            given += 1
        }
        if given > 0 {
            rest.takeDefinitions(of: waiting[..<given])
            waiting.replaceSubrange(..<given, with: [rest])
        }
        if lost > 0 {
            instruments.lost.increment(by: lost)
            logger.warn(
                "samples dropped: the store cannot be written and memory for them is used up", ["samples": String(lost)]
            )
        }
    }
}

/// The file cannot be written at present. What was to be written waits in memory, and is lost if the process ends before.
public struct StoreRefusal: Error, Sendable, CustomStringConvertible {
    let reason: String

    /// The one sentence there is to say.
    public var description: String { reason }
}

/// Why the store cannot be written.
struct Trouble {
    enum Kind {
        case disk
        case busy
        case damage
        case other
    }

    let kind: Kind
    let reason: String

    init(_ error: any Error) {
        let error = error as? DatabaseError ?? DatabaseError(code: 0, message: String(describing: error), action: "")
        if error.isDiskTrouble {
            kind = .disk
            reason = "cannot write to the store: \(error.message)"
        } else if error.isBusy {
            kind = .busy
            reason = "cannot write to the store: another program holds its lock (a transaction in a sqlite3 shell?)"
        } else if error.isCorruption {
            kind = .damage
            reason = "cannot write to the store: \(error.message); what can be read is recovered at the next start"
        } else {
            kind = .other
            reason = "cannot write to the store: \(error)"
        }
    }

    var isDisk: Bool { kind == .disk }
}
