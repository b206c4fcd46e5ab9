import Logging
import Model
import Synchronization
import Threads

/// Closes what has lain in the head long enough: a thread that reads it, makes chunks of it, and hands them to the writer.
///
/// Targets are closed one by one, each when it has enough rows, so that there is never a moment when everything is closed
/// at once. A crash between two transactions loses nothing: a part is in the head or in a chunk, never in both.
final class Closer: Sendable {
    /// The number of rows of a target that make a part: more compress better, and keep the head longer.
    static let rowsPerPart = 240

    /// How long a sample by itself waits for company.
    private static let looseMilliseconds: Int64 = 600_000

    private enum Request {
        case look
        case closeAll(Mailbox<Bool>)
    }

    private let mailbox = Mailbox<Request>()
    private let thread = Mutex<Thread?>(nil)
    private let heads: HeadBook
    private let writer: Writer
    private let registry: SeriesRegistry
    private let clock: any WallClock
    private let logger: Logger

    init(heads: HeadBook, writer: Writer, registry: SeriesRegistry, clock: any WallClock, logger: Logger) {
        self.heads = heads
        self.writer = writer
        self.registry = registry
        self.clock = clock
        self.logger = logger
    }

    /// Starts the thread, which reads through a connection of its own.
    func start(path: String) throws {
        let work = try CloserWork(
            connection: Connection(path: path, mode: .readOnly), heads: heads, writer: writer, registry: registry)
        let box = Mutex<CloserWork?>(work)
        thread.withLock {
            $0 = Thread(name: "store-closer") { [self] in
                guard let work = box.withLock({ $0.take() }) else { return }
                run(work)
            }
        }
    }

    /// Says that there may be something to close.
    func look() { mailbox.post(.look) }

    /// Closes everything there is, and waits for it; false when it could not be written.
    func closeAll() -> Bool {
        let done = Mailbox<Bool>()
        guard mailbox.post(.closeAll(done)) else { return false }
        while true {
            if let answer = done.takeAll(waitingAtMost: 60_000)?.first { return answer }
        }
    }

    /// Ends the thread after the part at hand.
    func stop() {
        mailbox.close()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    private func run(_ work: CloserWork) {
        while let requests = mailbox.takeAll(waitingAtMost: 10_000) {
            do {
                let now = clock.now()
                for target in heads.due(now: now) { try work.close(target, limit: Self.rowsPerPart) }
                try work.closeLoose(before: now - Self.looseMilliseconds)
            } catch {
                // The writer has said it already when the disk is the reason; what could not be closed stays in the head.
                logger.debug("cannot close a part of the head: \(error)")
            }
            for case .closeAll(let done) in requests { done.post(closeAll(work)) }
        }
    }

    private func closeAll(_ work: CloserWork) -> Bool {
        do {
            for target in heads.all() {
                while heads.count(of: target) > 0 { try work.close(target, limit: 2 * Self.rowsPerPart) }
            }
            try work.closeLoose(before: .max)
            return true
        } catch {
            logger.error("cannot close the head: \(error)")
            return false
        }
    }
}

/// The closer's thread from inside.
final class CloserWork {
    private let connection: Connection
    private let heads: HeadBook
    private let writer: Writer
    private let registry: SeriesRegistry
    private let encoder = ChunkEncoder()
    private var grid = ElementGrid()

    init(connection: Connection, heads: HeadBook, writer: Writer, registry: SeriesRegistry) {
        self.connection = connection
        self.heads = heads
        self.writer = writer
        self.registry = registry
    }

    /// Closes the oldest part of a target.
    func close(_ target: Int64, limit: Int) throws {
        let begin = monotonicNanoseconds()
        let part = try HeadPart(
            target: target, blocks: registry.blocks(of: target), limit: limit, from: connection, with: encoder,
            grid: &grid)
        try writer.performBlocking { try part.store(on: $0) }
        heads.closed(target, count: part.timestamps.count, oldest: try oldest(target))
        writer.instruments.closedSamples.increment(by: part.sampleCount)
        writer.instruments.closeSeconds.observe(nanoseconds: monotonicNanoseconds() - begin)
    }

    /// Closes the samples by themselves before a time.
    func closeLoose(before time: Int64) throws {
        while true {
            let samples = try LooseSamples(before: time, from: connection, with: encoder, grid: &grid)
            if samples.sampleCount == 0 { return }
            try writer.performBlocking { try samples.store(on: $0) }
            writer.instruments.closedSamples.increment(by: samples.sampleCount)
        }
    }

    private func oldest(_ target: Int64) throws -> Int64? {
        try connection.integer("SELECT ts FROM scrapes WHERE target_id = ? ORDER BY ts LIMIT 1", .integer(target))
    }
}
