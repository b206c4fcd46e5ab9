import Actions
import Model
import PromQL
import Store
import Synchronization

/// Evaluates the thresholds of one source and interval, again and again.
final class ThresholdJudge: GroupJudge {
    let groupID: Int64
    private let group: Mutex<ThresholdGroup>
    /// What is judged.
    let thresholds: [Threshold]
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
        thresholds = group.entries.map(\.threshold)
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
        let results = await source.ask(thresholds.map(\.query), at: time, within: limit)
        if Task.isCancelled { return }
        let instruments = surroundings.instruments
        instruments.evaluations.increment(by: results.count)
        instruments.failures.increment(by: results.count { if case .failure = $0 { true } else { false } })
        let batch = WriteBatch()
        let round: Judged
        do {
            round = try await surroundings.threads.perform { [self] in judge(results, at: time, in: batch) }
        } catch {
            surroundings.logger.error("cannot judge a group of thresholds: \(error)", ["group": name])
            return
        }
        for problem in round.problems { surroundings.logger.warn("\(problem)") }
        for note in round.notes { surroundings.logger.info("\(note)") }
        surroundings.watch?(round.states)
        await surroundings.write(batch, of: name)
        surroundings.outbox.add(round.decided)
        await surroundings.outbox.cancel(round.left)
        nanoseconds.store(monotonicNanoseconds() - began, ordering: .relaxed)
    }

    /// What came of an evaluation, apart from what is written.
    private struct Judged: Sendable {
        var decided: [StoredAction]
        var left: Set<OutboxQueue.Line>
        var problems: [String]
        var notes: [String]
        var states: [ThresholdStatus]
    }

    private func judge(_ results: [ThresholdResult], at time: Int64, in batch: WriteBatch) -> Judged {
        group.withLock { group in
            var round = JudgingRound(
                turn: surroundings.turn(), muting: { [surroundings] in surroundings.muting($0, time) },
                end: { [surroundings] in surroundings.ends.take($0) }, numbers: surroundings.numbers,
                externalURL: surroundings.externalURL())
            group.evaluate(results, at: time, clocks: surroundings.clocks(), in: &round)
            for change in round.changes { batch.add(change) }
            surroundings.board.set(group: group.id, alerts(of: group))
            return Judged(
                decided: round.decided, left: round.left, problems: round.problems, notes: round.notes,
                states: surroundings.watch == nil ? [] : group.states())
        }
    }

    func alerts() -> [ActionAlert] { group.withLock { alerts(of: $0) } }

    private func alerts(of group: ThresholdGroup) -> [ActionAlert] {
        surroundings.hasRoutes() ? group.alerts(externalURL: surroundings.externalURL()) : []
    }

    /// The actions whose ends are waited for.
    func awaited() -> [Int64] {
        group.withLock { group in
            group.entries.flatMap { $0.instances.values.flatMap { $0.state.actions.compactMap(\.underWay) } }
        }
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
