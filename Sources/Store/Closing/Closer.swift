import Logging
import Model
import Synchronization
import Threads

/// Closes what has lain in the head long enough, and keeps the file in order: a thread that reads, makes chunks, and hands
/// them to the writer.
///
/// Targets are closed one by one, each when it has enough rows, so that there is never a moment when everything is closed
/// at once. A crash between two transactions loses nothing: a part is in the head or in a chunk, never in both.
final class Closer: Sendable {
    /// How long samples by themselves are gathered before they are made into chunks …
    private static let looseMilliseconds: Int64 = 600_000
    /// … unless so many have come together.
    private static let looseSamples = 100_000
    private static let maintenanceMilliseconds: Int64 = 60_000

    private enum Request {
        case look
        case closeAll(Mailbox<Bool>)
        case maintain(Mailbox<Bool>?)
    }

    private let mailbox = Mailbox<Request>()
    private let thread = Mutex<Thread?>(nil)
    private let heads: HeadBook
    private let rowsPerPart: Int
    private let closesByItself: Bool
    private let clock: any WallClock
    private let logger: Logger
    private let damage: DamageReport
    private let looseCount = Atomic<Int>(0)

    init(heads: HeadBook, options: Store.Options, logger: Logger, damage: DamageReport) {
        self.heads = heads
        rowsPerPart = options.rowsPerPart
        closesByItself = options.closesByItself
        clock = options.clock
        self.logger = logger
        self.damage = damage
    }

    /// Starts the thread, which reads through a connection of its own.
    func start(_ work: sending CloserWork, _ maintenance: sending Maintenance, _ check: sending BackgroundCheck?) throws
    {
        let box = Mutex<(CloserWork, Maintenance, BackgroundCheck?)?>((work, maintenance, check))
        try thread.withLock {
            $0 = try Thread(name: "store-closer") { [self] in
                guard let (work, maintenance, check) = box.withLock({ $0.take() }) else { return }
                run(work, maintenance, check)
            }
        }
    }

    /// Says that there may be something to close.
    func look() { mailbox.post(.look) }

    /// Says that samples by themselves have been written.
    func looseAdded(_ count: Int) {
        if looseCount.add(count, ordering: .relaxed).newValue >= Self.looseSamples { look() }
    }

    /// Closes everything there is, and waits for it; false when it could not be written.
    func closeAll() -> Bool { ask { .closeAll($0) } }

    /// Keeps the file in order now, and waits for it; false when it could not be done.
    func maintain() -> Bool { ask { .maintain($0) } }

    /// The same without waiting.
    func maintainSoon() { mailbox.post(.maintain(nil)) }

    private func ask(_ request: (Mailbox<Bool>) -> Request) -> Bool {
        let done = Mailbox<Bool>()
        guard mailbox.post(request(done)) else { return false }
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

    private func run(_ work: CloserWork, _ maintenance: Maintenance, _ check: BackgroundCheck?) {
        var check = check
        var looseClosed = clock.now()
        var maintained = clock.now()
        while let requests = mailbox.takeAll(waitingAtMost: 10_000) {
            let now = clock.now()
            let isLooseDue = isOver(looseClosed, Self.looseMilliseconds, now)
            attempt {
                if !closesByItself { return }
                for target in heads.due(now: now) { try work.close(target, limit: rowsPerPart) }
                if isLooseDue || looseCount.load(ordering: .relaxed) >= Self.looseSamples {
                    looseClosed = now
                    looseCount.store(0, ordering: .relaxed)
                    try work.closeLoose()
                }
            }
            if isOver(maintained, Self.maintenanceMilliseconds, now) {
                maintained = now
                attempt { try maintenance.run(now: now) }
            }
            if let running = check {
                var more = false
                attempt { more = try running.advance() }
                if !more { check = nil }
            }
            for request in requests {
                switch request {
                case .look: break
                case .closeAll(let done): done.post(attempt { try work.closeAll() })
                case .maintain(let done):
                    let succeeded = attempt { try maintenance.run(now: now) }
                    done?.post(succeeded)
                }
            }
        }
    }

    /// Whether some time has gone by; a clock that was set back counts as that too.
    private func isOver(_ since: Int64, _ milliseconds: Int64, _ now: Int64) -> Bool {
        now - since >= milliseconds || now < since
    }

    @discardableResult
    private func attempt(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return true
        } catch is StoreClosed {
            return false
        } catch {
            if let error = error as? DatabaseError, error.isCorruption { damage.found(error.message) }
            // The writer has said it already when the disk is the reason. What could not be done is tried again.
            logger.debug("cannot close a part of the head, or keep the store in order: \(error)")
            return false
        }
    }
}
