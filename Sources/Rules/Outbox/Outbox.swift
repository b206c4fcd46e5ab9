import Actions
import Instruments
import Logging
import Model
import Store
import Synchronization

/// Runs what has been decided on: each action is in the file before it is tried, and each attempt before it begins. So whatever
/// happens, nothing is lost, and what may have been done twice can be told by its key.
final class Outbox: Sendable {
    /// What the outbox is told from outside.
    struct Surroundings: Sendable {
        /// The actions by their names, as they are configured at present.
        var actions: @Sendable () -> [String: ConfiguredAction]
        /// Whose turn it is to act.
        var turn: @Sendable () -> Turn
        /// Writes changes; throws when the file cannot be written now, and then does it later.
        var record: @Sendable ([JudgingChange]) async throws -> Void
        /// The present.
        var clock: any WallClock
        /// A number between 0 and 1, another one each time.
        var chance: @Sendable () -> Double = { Double.random(in: 0...1) }
    }

    private struct State {
        var queue = OutboxQueue()
        var running: [Int64: Running] = [:]
    }

    private struct Running {
        var job: OutboxQueue.Job
        var isCancelled = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let surroundings: Surroundings
    private let ends: ActionEnds
    private let logger: Logger
    private let outcomes: CounterFamily
    private let signal: AsyncStream<Void>
    private let alarm: AsyncStream<Void>.Continuation

    init(_ surroundings: Surroundings, ends: ActionEnds, registry: Registry, logger: Logger) {
        self.surroundings = surroundings
        self.ends = ends
        self.logger = logger
        outcomes = registry.counters(
            "vedette_actions_total", "Attempts of actions by how they ended.", by: ["action", "outcome"])
        (signal, alarm) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many have not ended.
    var count: Int { state.withLock { $0.queue.count } }

    /// Takes actions that are in the file, or are on their way there.
    func add(_ actions: [StoredAction]) {
        if actions.isEmpty { return }
        let now = surroundings.clock.now()
        state.withLock { state in
            for action in actions { state.queue.add(job(action, after: (action.due ?? now).after(-now))) }
        }
        alarm.yield()
    }

    /// An action that is due after a time. In the queue times are those of the steady clock: a clock that is set, forward or back,
    /// changes nothing about how long an action waits.
    private func job(_ action: StoredAction, after pause: Int64) -> OutboxQueue.Job {
        .init(action: action, due: surroundings.clock.steady().after(max(0, pause)))
    }

    /// Looks again whether something can be started: the configuration has changed, or whose turn it is.
    func look() { alarm.yield() }

    /// The conditions behind these hold no more: their actions that are to end then do. What tells that they are over goes on.
    func cancel(_ left: Set<OutboxQueue.Line>) async {
        if left.isEmpty { return }
        let actions = surroundings.actions()
        func isWanted(_ action: StoredAction) -> Bool {
            action.origin == ActionEnds.threshold && actions[action.action]?.settings.cancelOnResolve == true
                && left.contains(action.line)
        }
        let (waiting, running) = state.withLock { state in
            let waiting = state.queue.removeWaiting(where: isWanted)
            var cancels: [@Sendable () -> Void] = []
            for (id, running) in state.running where isWanted(running.job.action) {
                state.running[id]?.isCancelled = true
                if let cancel = running.cancel { cancels.append(cancel) }
            }
            return (waiting, cancels)
        }
        for cancel in running { cancel() }
        if waiting.isEmpty { return }
        let now = surroundings.clock.now()
        await record(waiting.flatMap { ended($0, .cancelled, "its condition holds no more", now) })
        for action in waiting { finish(action, succeeded: false, at: now) }
    }

    /// Works until the task is cancelled. Attempts under way are ended then, and made again after the next start.
    func run() async {
        await withDiscardingTaskGroup { group in
            var waker: Task<Void, Never>?
            for await _ in signal {
                waker?.cancel()
                if Task.isCancelled { break }
                for job in startable() { group.addTask { await self.attempt(job) } }
                waker = wakeLater()
            }
            waker?.cancel()
            group.cancelAll()
        }
    }

    /// Ends `run` when nobody is left to cancel it.
    func stop() { alarm.finish() }

    /// What may be started now. While it is not our turn nothing is.
    private func startable() -> [OutboxQueue.Job] {
        let actions = surroundings.actions()
        guard surroundings.turn().mayAct else { return [] }
        let now = surroundings.clock.steady()
        return state.withLock { state in
            let jobs = state.queue.take(at: now) { actions[$0]?.settings.concurrency ?? 1 }
            for job in jobs { state.running[job.action.id] = Running(job: job) }
            return jobs
        }
    }

    private func wakeLater() -> Task<Void, Never>? {
        let actions = surroundings.actions()
        let next = state.withLock { $0.queue.nextDue { actions[$0]?.settings.concurrency ?? 1 } }
        guard let next else { return nil }
        // A turn that comes is noticed within a second.
        let pause = min(max(next - surroundings.clock.steady(), 1), 1000)
        let alarm = alarm
        return Task {
            do {
                try await Task.sleep(for: .milliseconds(pause))
                alarm.yield()
            } catch {
                // Cancelled: somebody else has woken it.
            }
        }
    }

    // MARK: Attempts

    private func attempt(_ job: OutboxQueue.Job) async {
        defer { alarm.yield() }
        var action = job.action
        let turn = surroundings.turn()
        // An end that was decided on is told whatever happened since: nobody else knows of it.
        guard action.epoch >= turn.first || action.cause == ThresholdWish.Cause.resolve.rawValue else {
            leave(job)
            await end(action, .superseded, "the turn to act of epoch \(action.epoch) was over")
            return
        }
        guard let configured = surroundings.actions()[action.action] else {
            leave(job)
            await end(action, .failed, "no action of this name is configured any more")
            return
        }
        action.attempts += 1
        action.outcome = .running
        var attempt = StoredAttempt(
            action: action.id, attempt: action.attempts, started: surroundings.clock.now(), epoch: turn.epoch)
        action.due = attempt.started
        await record([.attempt(attempt), action.progress()])
        // Writing may have taken its time.
        let still = surroundings.turn()
        let outcome =
            still.mayAct && still.epoch == turn.epoch
            ? await perform(action, configured) : AttemptOutcome(.cancelled, error: "the turn to act was over")
        attempt.finished = surroundings.clock.now()
        attempt.outcome = outcome.verdict.rawValue
        attempt.code = outcome.code
        attempt.output = outcome.output
        attempt.error = outcome.error
        outcomes.with(action.action, outcome.verdict.rawValue).increment()
        await settle(job, action, attempt, outcome, configured)
    }

    /// Runs the action in a task that can be ended by itself.
    private func perform(_ action: StoredAction, _ configured: ConfiguredAction) async -> AttemptOutcome {
        var event: ActionEvent
        do {
            event = try ActionEvent(json: Array(action.event.utf8))
        } catch {
            return AttemptOutcome(.failed, error: "cannot read the event: \(error.message)")
        }
        event.attempt = action.attempts
        let told = event
        let task = Task { await configured.action.perform(told, within: configured.settings.timeout) }
        let isCancelled = state.withLock { state in
            state.running[action.id]?.cancel = { task.cancel() }
            return state.running[action.id]?.isCancelled ?? false
        }
        if isCancelled { task.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func settle(
        _ job: OutboxQueue.Job, _ action: StoredAction, _ attempt: StoredAttempt, _ outcome: AttemptOutcome,
        _ configured: ConfiguredAction
    ) async {
        let now = attempt.finished ?? attempt.started
        let isCancelled = state.withLock { $0.running[action.id]?.isCancelled ?? false }
        var attempt = attempt
        // What was stopped knows only that.
        if outcome.verdict == .cancelled, !isCancelled, Task.isCancelled {
            attempt.error = "the appliance was stopped before the attempt had ended"
        }
        if outcome.verdict == .succeeded {
            await record([.attempt(attempt)] + ended(action, .succeeded, "", now))
            leave(job)
            finish(action, succeeded: true, at: now)
        } else if isCancelled {
            await record([.attempt(attempt)] + ended(action, .cancelled, "its condition holds no more", now))
            leave(job)
            finish(action, succeeded: false, at: now)
        } else if outcome.verdict == .cancelled || action.attempts < configured.settings.attempts {
            // One that was ended because the appliance stops is made again after the next start.
            let delay =
                outcome.verdict == .cancelled
                ? 0
                : configured.settings.delay(
                    afterAttempt: action.attempts, asked: outcome.retryAfter, chance: surroundings.chance())
            var next = action
            next.outcome = .waiting
            next.due = now.after(delay)
            let again = self.job(next, after: delay)
            await record([.attempt(attempt), next.progress()])
            if !putBack(again) { await end(next, .cancelled, "its condition holds no more") }
        } else {
            let reason = "given up after \(action.attempts) \(action.attempts == 1 ? "attempt" : "attempts")"
            await record([.attempt(attempt)] + ended(action, .failed, reason, now))
            leave(job)
            logger.warn(
                "an action failed for good", ["action": action.action, "rule": action.rule, "error": outcome.error])
            finish(action, succeeded: false, at: now, pause: configured.settings.longestPause)
        }
    }

    private func leave(_ job: OutboxQueue.Job) {
        state.withLock { state in
            state.running[job.action.id] = nil
            state.queue.finishedAttempt(job)
            state.queue.remove(job.action)
        }
    }

    /// Puts it back to be tried again; false when it is not wanted any more.
    private func putBack(_ job: OutboxQueue.Job) -> Bool {
        state.withLock { state in
            let isCancelled = state.running.removeValue(forKey: job.action.id)?.isCancelled ?? false
            state.queue.finishedAttempt(job)
            if isCancelled {
                state.queue.remove(job.action)
            } else {
                state.queue.add(job)
            }
            return !isCancelled
        }
    }

    private func finish(_ action: StoredAction, succeeded: Bool, at now: Int64, pause: Int64? = nil) {
        ends.note(action, succeeded: succeeded, at: now, pause: pause)
    }

    private func end(_ action: StoredAction, _ outcome: StoredAction.Outcome, _ note: String) async {
        let now = surroundings.clock.now()
        await record(ended(action, outcome, note, now))
        finish(action, succeeded: false, at: now)
    }

    private func ended(
        _ action: StoredAction, _ outcome: StoredAction.Outcome, _ note: String, _ now: Int64
    ) -> [JudgingChange] {
        [.progress(action: action.id, due: nil, outcome: outcome, note: note, ended: now)]
    }

    /// Acting goes on while the disk refuses: what was to be written waits in memory.
    private func record(_ changes: [JudgingChange]) async {
        do {
            try await surroundings.record(changes)
        } catch {
            logger.debug("the history waits to be written: \(error)")
        }
    }
}
