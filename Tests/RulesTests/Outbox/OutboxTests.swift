import Actions
import Instruments
import Logging
import Model
import Store
import Synchronization
import Testing

@testable import Rules

/// An action that does as it is told, and remembers what it was asked.
private final class Puppet: Action {
    private struct State {
        var outcomes: [AttemptOutcome]
        var events: [ActionEvent] = []
        var running = 0
        var mostRunning = 0
        var isHeld: Bool
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ outcomes: [AttemptOutcome] = [], held: Bool = false) {
        state = Mutex(State(outcomes: outcomes, isHeld: held))
    }

    func check() async throws(UserError) {}

    func plan(_ event: ActionEvent) throws(UserError) -> String { "" }

    func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        let outcome = state.withLock { state in
            state.events.append(event)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            return state.outcomes.isEmpty ? AttemptOutcome(.succeeded) : state.outcomes.removeFirst()
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.isHeld, !Task.isCancelled {
                        state.waiting.append(continuation)
                        return false
                    }
                    return true
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            release()
        }
        state.withLock { $0.running -= 1 }
        return Task.isCancelled ? AttemptOutcome(.cancelled) : outcome
    }

    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    var events: [ActionEvent] { state.withLock { $0.events } }
    var mostRunning: Int { state.withLock { $0.mostRunning } }
}

/// A clock that is set by hand.
private final class HandClock: WallClock {
    struct Times {
        var wall: Int64 = 1_000_000_000
        var steady: Int64 = 0
    }

    let times = Mutex(Times())

    func now() -> Int64 { times.withLock { $0.wall } }

    func steady() -> Int64 { times.withLock { $0.steady } }

    /// Time passes.
    func pass(_ milliseconds: Int64) {
        times.withLock { times in
            times.wall += milliseconds
            times.steady += milliseconds
        }
    }

    /// Somebody sets the time of day.
    func set(by milliseconds: Int64) { times.withLock { $0.wall += milliseconds } }
}

/// An outbox whose changes are written down.
private final class Desk: Sendable {
    struct State {
        var changes: [String] = []
        var errors: [String] = []
        var turn = Turn.alone
    }

    let puppet: Puppet
    let state = Mutex(State())
    let ends = ActionEnds()
    private let settings: ActionSettings
    private let clock: any WallClock

    init(_ puppet: Puppet, _ settings: ActionSettings, clock: any WallClock = SystemClock()) {
        self.puppet = puppet
        self.settings = settings
        self.clock = clock
    }

    func outbox() -> Outbox {
        let configured = ConfiguredAction(
            name: "a", settings: settings, kind: .log, action: puppet, place: Place(line: 1, column: 1))
        return Outbox(
            .init(
                actions: { ["a": configured] }, turn: { [self] in state.withLock { $0.turn } },
                record: { [self] changes in
                    state.withLock { state in
                        state.changes += changes.map(Self.shown)
                        for case .attempt(let attempt) in changes where attempt.finished != nil {
                            state.errors.append(attempt.error)
                        }
                    }
                },
                clock: clock, chance: { 0 }), ends: ends, registry: Registry(),
            logger: Logger(level: .error))
    }

    private static func shown(_ change: JudgingChange) -> String {
        switch change {
        case .attempt(let attempt): "attempt \(attempt.action).\(attempt.attempt) \(attempt.outcome)"
        case .progress(let action, let due, let outcome, let note, _):
            "\(action) \(outcome)\(due == nil ? "" : " due")\(note.isEmpty ? "" : ": \(note)")"
        default: "?"
        }
    }

    var changes: [String] { state.withLock { $0.changes } }
    /// Why attempts did not succeed.
    var errors: [String] { state.withLock { $0.errors } }
}

private func action(_ id: Int64, series: String? = nil, epoch: Int64 = 0) -> StoredAction {
    var event = ActionEvent()
    event.id = id
    event.key = "k\(id)"
    event.action = "a"
    event.rule = "r"
    event.cause = .enter
    event.epoch = epoch
    var action = StoredAction(event, origin: ActionEnds.threshold)
    action.series = series ?? "\(id)"
    action.due = 0
    return action
}

private func quick() -> ActionSettings {
    var settings = ActionSettings()
    settings.shortestPause = 1
    settings.longestPause = 1
    return settings
}

@Suite("The outbox", .timeLimit(.minutes(1)))
struct OutboxTests {
    /// Runs an outbox until a condition holds.
    private func run(_ outbox: Outbox, until isDone: @Sendable () -> Bool, _ body: () async -> Void = {}) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await outbox.run() }
            await body()
            while !isDone(), !Task.isCancelled { await Task.yield() }
            outbox.stop()
            group.cancelAll()
        }
    }

    @Test("writes an attempt down before it begins, and its end behind it")
    func order() async throws {
        let puppet = Puppet(held: true)
        let desk = Desk(puppet, quick())
        let outbox = desk.outbox()
        outbox.add([action(1)])
        await run(outbox, until: { outbox.count == 0 }) {
            while puppet.events.isEmpty { await Task.yield() }
            #expect(desk.changes == ["attempt 1.1 running", "1 running due"])
            puppet.release()
        }
        #expect(desk.changes.suffix(2) == ["attempt 1.1 succeeded", "1 succeeded"])
        #expect(puppet.events.map(\.key) == ["k1"])
        #expect(desk.ends.take(1)?.succeeded == true)
    }

    @Test("tries again as often as it is allowed, with the same key, and says in the end that it gave up")
    func retrying() async {
        var settings = quick()
        settings.attempts = 3
        let puppet = Puppet((0..<3).map { AttemptOutcome(.failed, code: 500, error: "no \($0)") })
        let desk = Desk(puppet, settings)
        let outbox = desk.outbox()
        outbox.add([action(1)])
        await run(outbox, until: { outbox.count == 0 })
        #expect(puppet.events.map(\.attempt) == [1, 2, 3])
        #expect(Set(puppet.events.map(\.key)) == ["k1"])
        #expect(desk.changes.last == "1 failed: given up after 3 attempts")
        #expect(desk.ends.take(1)?.succeeded == false)
    }

    @Test("runs no more of an action at a time than it may, and all of a thousand in the end")
    func crowd() async {
        var settings = quick()
        settings.concurrency = 3
        let puppet = Puppet()
        let desk = Desk(puppet, settings)
        let outbox = desk.outbox()
        outbox.add((1...1000).map { action(Int64($0)) })
        await run(outbox, until: { outbox.count == 0 })
        #expect(puppet.events.count == 1000)
        #expect(puppet.mostRunning <= 3)
    }

    @Test("does nothing while it is not its turn, and nothing of a turn that is over")
    func turns() async {
        let puppet = Puppet()
        let desk = Desk(puppet, quick())
        desk.state.withLock { $0.turn = Turn(mayAct: false, epoch: 5) }
        let outbox = desk.outbox()
        outbox.add([action(1, epoch: 4), action(2, epoch: 6)])
        await run(outbox, until: { outbox.count == 0 }) {
            for _ in 0..<100 { await Task.yield() }
            #expect(puppet.events.isEmpty)
            desk.state.withLock { $0.turn = Turn(mayAct: true, epoch: 6) }
            outbox.look()
        }
        #expect(puppet.events.map(\.key) == ["k2"])
        #expect(desk.changes.contains("1 superseded: the turn to act of epoch 4 was over"))
    }

    @Test("goes on with what was decided in a turn of ours, when nobody else acted in between")
    func turnsThatFollow() async {
        let puppet = Puppet()
        let desk = Desk(puppet, quick())
        desk.state.withLock { $0.turn = Turn(mayAct: true, epoch: 6, first: 5) }
        let outbox = desk.outbox()
        outbox.add([action(1, epoch: 4), action(2, epoch: 5)])
        await run(outbox, until: { outbox.count == 0 })
        #expect(puppet.events.map(\.key) == ["k2"])
        #expect(desk.changes.contains("1 superseded: the turn to act of epoch 4 was over"))
    }

    @Test("tells an end that was decided on before somebody else's turn all the same")
    func endsOfOldTurns() async {
        let puppet = Puppet()
        let desk = Desk(puppet, quick())
        desk.state.withLock { $0.turn = Turn(mayAct: true, epoch: 6) }
        let outbox = desk.outbox()
        var end = action(1, epoch: 3)
        end.cause = "resolve"
        outbox.add([end, action(2, epoch: 3)])
        await run(outbox, until: { outbox.count == 0 })
        #expect(puppet.events.map(\.key) == ["k1"])
    }

    @Test("ends what is not wanted any more, waiting or under way, if it is to be")
    func cancelling() async {
        var settings = quick()
        settings.cancelOnResolve = true
        settings.concurrency = 1
        let puppet = Puppet(held: true)
        let desk = Desk(puppet, settings)
        let outbox = desk.outbox()
        outbox.add([action(1), action(2)])
        await run(outbox, until: { outbox.count == 0 }) {
            while puppet.events.isEmpty { await Task.yield() }
            await outbox.cancel([.init(rule: "r", series: "1"), .init(rule: "r", series: "2")])
        }
        #expect(puppet.events.count == 1)
        #expect(desk.changes.contains("2 cancelled: its condition holds no more"))
        #expect(desk.changes.contains("1 cancelled: its condition holds no more"))
    }

    @Test("waits as long as it is to, whatever the clock is set to", arguments: [-3_600_000, 3_600_000] as [Int64])
    func clockThatIsSet(by jump: Int64) async {
        var settings = ActionSettings()
        settings.shortestPause = 10_000
        let puppet = Puppet([AttemptOutcome(.failed, error: "no")])
        let clock = HandClock()
        let desk = Desk(puppet, settings, clock: clock)
        let outbox = desk.outbox()
        outbox.add([action(1)])
        await run(outbox, until: { true }) {
            while !desk.changes.contains("1 waiting due") { await Task.yield() }
            clock.set(by: jump)
            clock.pass(4999)
            outbox.look()
            for _ in 0..<100 { await Task.yield() }
            #expect(puppet.events.count == 1)
            clock.pass(1)
            outbox.look()
            for _ in 0..<10_000 where outbox.count > 0 { await Task.yield() }
        }
        #expect(puppet.events.count == 2)
    }

    /// When an action was due and how long it was to wait, by the clock of the process before, and when it is due for the next one,
    /// at 1000.
    @Test(
        "goes on with what the process before left, and waits no longer than that would have",
        arguments: [
            (1500, 700, 1500), (900, 700, 900),
            // The clock was set back by much.
            (3_600_000, 700, 1700), (3_600_000, 0, 1000),
            // No clock says so.
            (3_600_000, -5, 1000), (.max, .max, .max), (.min, 700, .min),
        ] as [(Int64, Int64, Int64)])
    func resuming(due: Int64, pause: Int64, expected: Int64) {
        var waiting = action(1)
        waiting.due = due
        #expect(waiting.resumed(at: 1000, pause: pause).due == expected)
        var running = waiting
        running.outcome = .running
        let resumed = running.resumed(at: 1000, pause: pause)
        #expect(resumed.due == 1000 && resumed.outcome == .waiting)
    }

    @Test("leaves what is under way at the end for the next start")
    func stopping() async {
        let puppet = Puppet(held: true)
        let desk = Desk(puppet, quick())
        let outbox = desk.outbox()
        outbox.add([action(1)])
        await run(outbox, until: { !puppet.events.isEmpty })
        #expect(desk.changes.suffix(2) == ["attempt 1.1 cancelled", "1 waiting due"])
        #expect(desk.errors.last == "the appliance was stopped before the attempt had ended")
    }

    @Test("fails what nobody has configured any more")
    func unknown() async {
        let desk = Desk(Puppet(), quick())
        let outbox = desk.outbox()
        var other = action(1)
        other.action = "gone"
        outbox.add([other])
        await run(outbox, until: { outbox.count == 0 })
        #expect(desk.changes == ["1 failed: no action of this name is configured any more"])
    }
}
