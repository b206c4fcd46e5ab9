import Actions
import Model
import PromQL
import Store
import Synchronization

/// Evaluates a group of a rule file, again and again.
final class RuleGroupJudge: GroupJudge {
    let groupID: Int64
    /// What the group is found by after a restart.
    let name: String
    private let group: Mutex<KeptRuleGroup>
    private let evaluator: GroupEvaluator
    private let loop: GroupLoop
    private let source: any SeriesSource
    private let sampleLimit: Int
    private let surroundings: Surroundings

    init(
        _ group: sending KeptRuleGroup, source: any SeriesSource, sampleLimit: Int, _ surroundings: Surroundings
    ) {
        groupID = group.id
        name = group.name
        evaluator = group.evaluator
        loop = GroupLoop(
            schedule: GroupSchedule(name: group.name, interval: group.evaluator.interval), surroundings: surroundings)
        self.group = Mutex(group)
        self.source = source
        self.sampleLimit = sampleLimit
        self.surroundings = surroundings
    }

    func run() async { await loop.run(after: group.withLock { $0.state.lastEvaluation }) { await evaluate(at: $0) } }

    /// One evaluation for a time.
    func evaluate(at time: Int64) async {
        let batch = WriteBatch()
        let notes: [RuleNote]
        do {
            notes = try await surroundings.threads.perform { [self] in try judge(at: time, in: batch) }
        } catch {
            surroundings.logger.error("cannot evaluate a group of rules: \(error)", ["group": name])
            notes = []
        }
        let rules = evaluator.group.rules
        surroundings.instruments.evaluations.increment(by: rules.count)
        for note in notes {
            surroundings.instruments.failures.increment()
            let rule = rules.indices.contains(note.rule) ? rules[note.rule].name : ""
            surroundings.logger.warn("\(note.text)", ["group": name, "rule": rule])
        }
        // Also what was begun before something went wrong: others may rely on it.
        if !batch.isEmpty { await surroundings.write(batch, of: name) }
    }

    private func judge(at time: Int64, in batch: WriteBatch) throws -> [RuleNote] {
        let control = {
            @Sendable [sampleLimit, clock = surroundings.clock, timeout = max(loop.schedule.interval, 1000)] in
            QueryControl(timeout: timeout, sampleLimit: sampleLimit, clock: clock)
        }
        let clocks = surroundings.clocks()
        // Whoever wants to see the group does not wait for its queries.
        let before = group.withLock { $0.stateBefore(time, clocks) }
        let evaluation = evaluator.evaluate(before, at: time, over: source, control: control)
        try group.withLock { group in
            try group.take(evaluation, clocks, in: batch)
            surroundings.board.set(group: groupID, alerts(of: group))
        }
        return evaluation.notes
    }

    func alerts() -> [ActionAlert] { group.withLock { alerts(of: $0) } }

    private func alerts(of group: KeptRuleGroup) -> [ActionAlert] { surroundings.hasRoutes() ? group.alerts() : [] }

    func rows() -> (JudgedGroup, [JudgedInstance])? { group.withLock { $0.rows() } }

    /// The group as the API shows it.
    func report() -> GroupReport { group.withLock { $0.evaluator.report($0.state) } }

    /// What the group is at present, for whoever goes on under another configuration. No more is written here.
    func retire(in batch: WriteBatch) -> (state: RuleGroupState, group: RuleGroup) {
        group.withLock { group in
            group.retire(in: batch)
            return (group.state, group.evaluator.group)
        }
    }

    /// The group is not configured any more: its series end.
    func end(at now: Int64, in batch: WriteBatch) throws { try group.withLock { try $0.end(at: now, in: batch) } }
}
