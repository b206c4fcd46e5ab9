import Model
import PromQL
import Store
import Synchronization

/// Evaluates the thresholds of one source and interval, again and again.
final class ThresholdJudge: Sendable {
    /// The group's number.
    let groupID: Int64
    private let group: Mutex<ThresholdGroup>
    private let queries: [ParsedQuery]
    private let schedule: GroupSchedule
    private let source: any JudgedSource
    private let surroundings: Surroundings

    init(
        _ group: sending ThresholdGroup, interval: Int64, source: any JudgedSource, _ surroundings: Surroundings
    ) {
        groupID = group.id
        queries = group.entries.map(\.threshold.query)
        schedule = GroupSchedule(name: group.name, interval: interval)
        self.group = Mutex(group)
        self.source = source
        self.surroundings = surroundings
    }

    /// Evaluates whenever it is time, until the task is cancelled.
    func run() async {
        var last: Int64?
        while !Task.isCancelled {
            let now = surroundings.clock.now()
            let due = schedule.last(at: now)
            // The first time at once; later ones when they are due, and once where several were missed.
            if let before = last, due <= before, before - due < schedule.interval {
                await pause(until: schedule.next(after: now), from: now)
                continue
            }
            if let last, due - last > schedule.interval {
                surroundings.instruments.missed.increment(by: Int((due - last) / schedule.interval) - 1)
            }
            last = due
            await evaluate(at: due)
        }
    }

    /// In short steps: a clock that is set is noticed within a second.
    private func pause(until due: Int64, from now: Int64) async {
        do {
            try await Task.sleep(for: .milliseconds(min(max(due - now, 1), 1000)))
        } catch {
            // Cancelled: `run` sees it.
        }
    }

    /// One evaluation for a time.
    func evaluate(at time: Int64) async {
        let began = monotonicNanoseconds()
        let limit = max(schedule.interval, 1000)
        let results = await source.ask(queries, at: time, within: limit)
        if Task.isCancelled { return }
        let instruments = surroundings.instruments
        instruments.evaluations.increment(by: results.count)
        instruments.failures.increment(by: results.count { if case .failure = $0 { true } else { false } })
        let batch = WriteBatch()
        let (decided, left, problems) = group.withLock { group in
            var round = JudgingRound(
                turn: surroundings.turn(), muting: { [surroundings] in surroundings.muting($0, time) },
                ends: surroundings.ends.take(group: group.id), numbers: surroundings.numbers)
            group.evaluate(results, at: time, clocks: surroundings.clocks(), in: &round)
            for change in round.changes { batch.add(change) }
            surroundings.board.set(group: group.id, group.alerts())
            return (round.decided, round.left, round.problems)
        }
        for problem in problems { surroundings.logger.warn("\(problem)") }
        do {
            try await surroundings.store.writeAndWait(batch)
        } catch {
            // Judging and acting go on: what was to be written waits in memory.
            surroundings.logger.debug("the states of thresholds wait to be written: \(error)")
        }
        surroundings.outbox.add(decided)
        await surroundings.outbox.cancel(origins: left)
        instruments.seconds.observe(nanoseconds: monotonicNanoseconds() - began)
    }

    /// What is known of it, as rows: for going on under another configuration.
    func rows() -> (JudgedGroup, [JudgedInstance])? { group.withLock { $0.rows() } }

    /// The states as they are.
    func states() -> [ThresholdStatus] { group.withLock { $0.states() } }
}
