import Model
import Synchronization
import Threads

/// A leadership that goes with a lease.
///
/// Two threads: `leadership` keeps the time and knows whose turn it is, `lease` asks the store. The store may hang for as long
/// as it likes; the turn ends all the same.
public final class LeaseLeadership: Leadership {
    /// What the thread that keeps the time is told.
    private enum Letter: Sendable {
        case checked(Result<Void, UserError>)
        case read(Result<StoredLease?, UserError>)
        case written(Result<LeaseWriting, UserError>)
        case stop
    }

    /// What every thread may look at.
    private struct Published {
        var status: LeadershipStatus
        var actsUntil: Int64?
    }

    private let store: any LeaseStore
    private let elector: LeaseElector
    private let timing: LeaseTiming
    private let clock: any WallClock
    private let letters = Mailbox<Letter>()
    private let work = Mailbox<LeaseElector.Request>()
    private let published: Mutex<Published>
    private let ending = Ending()

    /// How long stopping waits for the lease to be given up: others find out by themselves.
    private static let patienceAtStop: Int64 = 2000

    /// Takes part by the name `identity`, which no other instance may have at the same time. Epochs are higher than
    /// `leastEpoch`, the highest one that is remembered here. `clock.steady()` should go on while the machine is suspended.
    public init(
        store: any LeaseStore, identity: String, timing: LeaseTiming = .standard, leastEpoch: Int64 = 0,
        clock: any WallClock = BootClock()
    ) {
        self.store = store
        self.timing = timing
        self.clock = clock
        elector = LeaseElector(identity: identity, timing: timing, leastEpoch: leastEpoch)
        published = Mutex(
            Published(
                status: LeadershipStatus(isLeader: false, epoch: leastEpoch, holder: "", since: clock.now())))
    }

    /// Whose turn it is.
    public var status: LeadershipStatus {
        let published = published.withLock { $0 }
        var status = published.status
        status.isLeader = published.actsUntil.map { clock.steady() < $0 } ?? false
        return status
    }

    /// The epoch to act in; nil as soon as the renew deadline has passed, even if this process was stopped meanwhile.
    public func actingEpoch() -> Int64? {
        let published = published.withLock { $0 }
        guard let actsUntil = published.actsUntil, clock.steady() < actsUntil else { return nil }
        return published.status.epoch
    }

    /// The lease of whoever died, and what the next one needs to notice and to write itself in.
    public var handover: Int64 { timing.leaseDuration + 2 * timing.retryPeriod }

    /// Begins to take part. Throws when the store is found unusable; one that does not answer may do so later.
    public func start(telling: @escaping @Sendable (LeadershipStatus) -> Void) async throws(UserError) {
        let result: Result<Void, UserError> = await withCheckedContinuation { continuation in
            ending.begin()
            do throws(UserError) {
                try startThread(name: "lease") { self.askStore() }
                try startThread(name: "leadership") {
                    self.keepTime(telling) { continuation.resume(returning: $0) }
                }
            } catch {
                work.close()
                ending.end()
                continuation.resume(returning: .failure(error))
            }
        }
        try result.get()
    }

    /// Gives the lease up, and waits a little for the store to have it.
    public func stop() async {
        letters.post(.stop)
        await ending.wait()
    }

    // MARK: The thread that asks the store

    private func askStore() {
        letters.post(.checked(Result { () throws(UserError) in try store.check() }))
        while let requests = work.takeAll(waitingAtMost: 60_000) {
            for request in requests {
                switch request {
                case .read: letters.post(.read(Result { () throws(UserError) in try store.read() }))
                case .write(let record, let version):
                    letters.post(
                        .written(Result { () throws(UserError) in try store.write(record, over: version) }))
                }
            }
        }
    }

    // MARK: The thread that keeps the time

    private func keepTime(
        _ tell: @escaping @Sendable (LeadershipStatus) -> Void,
        _ hasStarted: @escaping (Result<Void, UserError>) -> Void
    ) {
        var keeper = Keeper(elector: elector, startBy: clock.steady() + timing.renewDeadline, hasStarted: hasStarted)
        while !keeper.isOver {
            let now = clock.steady()
            if let request = keeper.step(at: now) { work.post(request) }
            publish(keeper, at: now, tell)
            let wait = min(max(keeper.nextStep(after: now) - now, 1), timing.retryPeriod)
            for letter in letters.takeAll(waitingAtMost: Int(wait)) ?? [] {
                guard let request = handle(letter, &keeper) else { continue }
                // First of all: when the lease is given up, nobody may act any more.
                publish(keeper, at: clock.steady(), tell)
                work.post(request)
            }
        }
        publish(keeper, at: clock.steady(), tell)
        work.close()
        letters.close()
        keeper.start(.success(()))
        ending.end()
    }

    private func handle(_ letter: Letter, _ keeper: inout Keeper) -> LeaseElector.Request? {
        let now = clock.steady()
        switch letter {
        case .checked(let result):
            keeper.hasChecked(result)
            return nil
        case .read(let result): return keeper.elector.hasRead(result, at: now)
        case .written(let result): return keeper.elector.hasWritten(result, at: now)
        case .stop:
            keeper.stopAt = now + min(Self.patienceAtStop, timing.renewDeadline)
            return keeper.elector.giveUp(at: now)
        }
    }

    private func publish(_ keeper: Keeper, at now: Int64, _ tell: (LeadershipStatus) -> Void) {
        let elector = keeper.elector
        let changed: LeadershipStatus? = published.withLock { published in
            let before = published.status
            var status = before
            status.isLeader = elector.mayAct(at: now)
            status.epoch = elector.epoch
            status.holder = elector.holder
            status.error = keeper.error(at: now)?.description
            let isSame =
                status.isLeader == before.isLeader && status.epoch == before.epoch
                && sameBytes(status.holder, before.holder)
            if !isSame { status.since = clock.now() }
            published = Published(status: status, actsUntil: elector.actsUntil)
            return status == before ? nil : status
        }
        if let changed { tell(changed) }
    }
}

/// What the thread that keeps the time has in mind.
private struct Keeper {
    var elector: LeaseElector
    /// Until when the answer of the store is waited for before taking part has begun without it.
    let startBy: Int64
    /// Until when giving up is waited for; nil while nobody wants to stop.
    var stopAt: Int64?
    private var hasStarted: ((Result<Void, UserError>) -> Void)?
    private var isChecked = false
    private(set) var isOver = false

    init(elector: LeaseElector, startBy: Int64, hasStarted: @escaping (Result<Void, UserError>) -> Void) {
        self.elector = elector
        self.startBy = startBy
        self.hasStarted = hasStarted
    }

    mutating func step(at now: Int64) -> LeaseElector.Request? {
        if let stopAt, !elector.isWaiting || now >= stopAt { isOver = true }
        if isChecked { return elector.step(at: now) }
        if now >= startBy { start(.success(())) }
        return nil
    }

    func nextStep(after now: Int64) -> Int64 {
        let next = isChecked ? elector.nextStep(after: now) : max(startBy, now + 1000)
        return min(next, stopAt ?? .max)
    }

    func error(at now: Int64) -> UserError? {
        isChecked || now < startBy ? elector.error(at: now) : LeaseElector.silence
    }

    mutating func hasChecked(_ result: Result<Void, UserError>) {
        isChecked = true
        // Later than that, what is wrong will be found when the lease is read.
        if case .failure = result, hasStarted != nil { isOver = true }
        start(result)
    }

    /// Says how beginning has ended, if that has not been said yet.
    mutating func start(_ result: Result<Void, UserError>) {
        hasStarted?(result)
        hasStarted = nil
    }
}

/// Something that tasks wait for, from its beginning to its end.
private final class Ending: Sendable {
    private struct State {
        var hasEnded = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiting.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    func begin() { state.withLock { $0.hasEnded = false } }

    func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
