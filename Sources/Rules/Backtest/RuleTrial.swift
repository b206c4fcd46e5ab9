import Actions
import Model
import PromQL

/// A rule of a rule file on its way through the past. It is judged as a group of its own: so all its times can be gone through before
/// the rule behind it has its turn.
final class RuleTrial: Trial {
    let traits: TrialTraits
    /// The rule with the settings of its group.
    private let evaluator: GroupEvaluator
    private let rule: Rule
    private let groupName: String
    private let sampleLimit: Int
    private var state: RuleGroupState
    /// Where what it records goes; nil when nobody asks for it.
    private var recorded: RecordedPast?
    /// Whether anybody hears of its alerts.
    private let isTold: Bool

    private var book = TimelineBook()
    private var problems = TrialProblems()
    private var firing = FiringAlerts()
    private var evaluations = 0
    private var failures = 0
    private var samples = 0
    private var mostSeries = 0

    init(_ rule: Rule, of group: RuleGroup, number: Int, _ configuration: JudgingConfiguration) {
        var alone = group
        alone.rules = [rule]
        evaluator = GroupEvaluator(alone, settings: configuration.groups)
        self.rule = rule
        groupName = group.name
        sampleLimit = configuration.sampleLimit
        state = RuleGroupState(ruleCount: 1)
        isTold = !configuration.routes.isEmpty
        let reach = QueryReach(rule.query, options: configuration.groups.engine)
        traits = TrialTraits(
            schedule: GroupSchedule(name: KeptRuleGroup.name(of: group), interval: evaluator.interval),
            query: rule.query, reach: reach, queryOffset: evaluator.queryOffset, group: number, outputs: rule.outputs,
            mayAskAnything: rule.mayAskForLabels, isAskedByItself: reach.looksAhead || reach.speaksOfItself)
    }

    /// Somebody asks for what it records.
    func record(in recorded: RecordedPast) { self.recorded = recorded }

    /// These series were recorded in its place until now. Those with which it does not go on end.
    func goOn(with series: [Labels]) {
        if let rule = state.rules.indices.first { state.rules[rule].series = series }
    }

    /// These series of others end when it has been judged for the first time.
    func end(_ series: [Labels]) { state.departed += series }

    func judge(at now: Int64, _ answer: [VectorElement]?, over past: any SeriesSource, _ found: inout WindowFindings) {
        // The state is given away, so that it is changed in place.
        let before = state
        state = RuleGroupState(ruleCount: 0)
        let evaluation = evaluator.evaluate(
            before, at: now, over: past,
            control: { [sampleLimit] in QueryControl(timeout: .max, sampleLimit: sampleLimit) },
            answers: { _ in answer })
        state = evaluation.state
        evaluations += 1
        if state.rules.first?.health == .err { failures += 1 }
        for note in evaluation.notes { problems.note(note.text, of: rule.name, at: now) }
        let written = evaluation.samples.reduce(0) { isStale($1.sample.value) ? $0 : $0 + 1 }
        samples += written
        mostSeries = max(mostSeries, written)
        recorded?.add(evaluation.samples)
        for change in evaluation.changes { note(change.change, at: now) }
        if isTold { tell(at: now, &found.events) }
    }

    private func note(_ change: AlertChange, at now: Int64) {
        guard let alert = change.after ?? change.before else { return }
        // What is kept only so that its end can be told is as inactive as what is gone.
        let state = change.after?.state ?? .inactive
        book.note(alert.labels, state.rawValue, state == .inactive ? nil : alert.value, at: now)
    }

    private func tell(at now: Int64, _ events: inout [AlertEvent]) {
        guard let instances = state.rules.first?.instances, !(instances.isEmpty && firing.isEmpty) else { return }
        firing.note(
            instances.lazy.filter { $0.state == .firing }, at: now, &events, { ($0.labels, $0.value) }
        ) { instance in
            var alert = ActionAlert()
            alert.labels = instance.labels
            alert.startsAt = instance.firedAt ?? instance.activeAt
            alert.value = instance.value
            return alert
        }
    }

    func report() -> BacktestReport.Rule {
        var report = BacktestReport.Rule(
            kind: .record, name: rule.name, group: groupName, labels: Labels(rule.labels),
            interval: traits.schedule.interval)
        if case .alerting = rule {
            report.kind = .alert
            report.levels = [AlertInstance.State.firing.rawValue]
            report.series = book.sorted()
        } else {
            report.recordedSamples = samples
            report.mostSeries = mostSeries
        }
        report.evaluations = evaluations
        report.failures = failures
        report.problems = problems.all
        return report
    }
}
