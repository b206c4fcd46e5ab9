import Model
import PromQL
import Store
import Synchronization

/// Evaluates the thresholds of one source and interval, again and again.
final class ThresholdJudge: GroupJudge {
    let groupID: Int64
    private let group: Mutex<ThresholdGroup>
    private let queries: [ParsedQuery]
    private let name: String
    private let loop: GroupLoop
    private let source: any JudgedSource
    private let surroundings: Surroundings
    /// How long the last evaluation took.
    private let nanoseconds = Atomic<UInt64>(0)

    init(
        _ group: sending ThresholdGroup, interval: Int64, source: any JudgedSource, _ surroundings: Surroundings
    ) {
        groupID = group.id
        queries = group.entries.map(\.threshold.query)
        name = group.name
        loop = GroupLoop(schedule: GroupSchedule(name: group.name, interval: interval), surroundings: surroundings)
        self.group = Mutex(group)
        self.source = source
        self.surroundings = surroundings
    }

    func run() async { await loop.run(after: group.withLock { $0.evaluated }) { await evaluate(at: $0) } }

    /// One evaluation for a time.
    func evaluate(at time: Int64) async {
        let began = monotonicNanoseconds()
        let limit = max(loop.schedule.interval, source.patience)
        let results = await source.ask(queries, at: time, within: limit)
        if Task.isCancelled { return }
        let instruments = surroundings.instruments
        instruments.evaluations.increment(by: results.count)
        instruments.failures.increment(by: results.count { if case .failure = $0 { true } else { false } })
        let batch = WriteBatch()
        let (round, states) = group.withLock { group in
            var round = JudgingRound(
                turn: surroundings.turn(), muting: { [surroundings] in surroundings.muting($0, time) },
                ends: surroundings.ends.take(group: group.id), numbers: surroundings.numbers,
                externalURL: surroundings.externalURL())
            group.evaluate(results, at: time, clocks: surroundings.clocks(), in: &round)
            for change in round.changes { batch.add(change) }
            surroundings.board.set(group: group.id, group.alerts(externalURL: surroundings.externalURL()))
            return (round, surroundings.watch == nil ? [] : group.states())
        }
        for problem in round.problems { surroundings.logger.warn("\(problem)") }
        for note in round.notes { surroundings.logger.info("\(note)") }
        surroundings.watch?(states)
        await surroundings.write(batch, of: name)
        surroundings.outbox.add(round.decided)
        await surroundings.outbox.cancel(origins: round.left)
        nanoseconds.store(monotonicNanoseconds() - began, ordering: .relaxed)
    }

    func rows() -> (JudgedGroup, [JudgedInstance])? { group.withLock { $0.rows() } }

    /// The states as they are.
    func states() -> [ThresholdStatus] { group.withLock { $0.states() } }

    /// How many series are in which state.
    func counts() -> [ThresholdCounts] { group.withLock { $0.counts() } }

    /// The group as it may be shown.
    func report() -> ThresholdGroupReport {
        let took = nanoseconds.load(ordering: .relaxed)
        return group.withLock {
            $0.report(
                interval: loop.schedule.interval, evaluationNanoseconds: took, externalURL: surroundings.externalURL())
        }
    }
}
