import Instruments
import Logging
import Model
import Synchronization
import Threads

/// The one thread that writes to the file: batches of samples, and whatever else the store is asked to do.
///
/// What has been posted is committed together, once in `commitMilliseconds` at the most. When the disk is full the samples
/// wait in memory, up to a limit, and are written as soon as there is room; nothing else in the process waits for that.
final class Writer: Sendable {
    /// A piece of work on the writing connection.
    enum Job {
        case batch(WriteBatch)
        /// Runs in a transaction of its own; the error goes to the one who asked. Work that frees room gets the reserve
        /// when the disk is full.
        case work(frees: Bool, @Sendable (Connection) -> Void)
    }

    /// What the writer tells about itself.
    struct Condition: Sendable {
        /// Why nothing can be written at present; nil when all is well.
        var trouble: String?
        /// What waits in memory while nothing can be written, the oldest first: readers see it too.
        var waiting: [WriteBatch] = []
        /// Samples that wait in memory for the disk.
        var waitingSamples = 0
    }

    private let mailbox = Mailbox<Job>()
    private let thread = Mutex<Thread?>(nil)
    private let condition = Mutex(Condition())
    let instruments: StoreInstruments

    init(instruments: StoreInstruments) { self.instruments = instruments }

    /// Starts the thread, which owns the loop and its connection from now on.
    func start(_ loop: sending WriterLoop) throws {
        let box = Mutex<WriterLoop?>(loop)
        let mailbox = mailbox
        let report: @Sendable (Condition) -> Void = { [self] new in condition.withLock { $0 = new } }
        try thread.withLock {
            $0 = try Thread(name: "store-writer") {
                guard let loop = box.withLock({ $0.take() }) else { return }
                loop.run(mailbox, report: report)
            }
        }
    }

    /// Takes a batch; it must not be touched by the caller afterwards. False after `stop`.
    @discardableResult
    func post(_ batch: WriteBatch) -> Bool { mailbox.post(.batch(batch)) }

    /// Runs `body` in a transaction on the writing thread and waits for its end without blocking a thread.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let posted = mailbox.post(
                .work(frees: false) { connection in
                    continuation.resume(with: Swift.Result { try connection.transaction { try body(connection) } })
                })
            if !posted { continuation.resume(throwing: StoreClosed()) }
        }
    }

    /// The same for threads of the store, which may block.
    func performBlocking<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) throws -> Result {
        try wait(frees: false) { connection in try connection.transaction { try body(connection) } }
    }

    /// The same for work that makes room in the file, and may use the reserve for it.
    func performFreeing<Result: Sendable>(_ body: @escaping @Sendable (Connection) throws -> Result) throws -> Result {
        try wait(frees: true) { connection in try connection.transaction { try body(connection) } }
    }

    /// Runs what cannot run in a transaction.
    func runBlocking(_ body: @escaping @Sendable (Connection) throws -> Void) throws {
        try wait(frees: false, body)
    }

    private func wait<Result: Sendable>(
        frees: Bool, _ body: @escaping @Sendable (Connection) throws -> Result
    ) throws -> Result {
        let answer = Mailbox<Swift.Result<Result, any Error>>()
        let posted = mailbox.post(
            .work(frees: frees) { connection in answer.post(Swift.Result { try body(connection) }) })
        guard posted else { throw StoreClosed() }
        while true {
            if let result = answer.takeAll(waitingAtMost: 60_000)?.first { return try result.get() }
        }
    }

    /// What the writer tells about itself at present.
    func currentCondition() -> Condition { condition.withLock { $0 } }

    /// Writes what has been posted, and ends the thread.
    func stop() {
        mailbox.close()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }
}

/// The store has been closed.
public struct StoreClosed: Error, Sendable, CustomStringConvertible {
    /// The one sentence there is to say.
    public var description: String { "cannot use the store: it has been closed" }
}
