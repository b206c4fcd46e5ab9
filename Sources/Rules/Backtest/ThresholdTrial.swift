import Actions
import Model
import PromQL
import Store

/// A threshold on its way through the past. Its actions all succeed at once.
final class ThresholdTrial: Trial {
    let traits: TrialTraits
    private let threshold: Threshold
    private let group: ThresholdGroup
    private let mutings: Mutings
    private let options: QueryEngine.Options
    private let sampleLimit: Int
    private let externalURL: String
    /// Whether anybody hears of its alerts.
    private let isTold: Bool
    private let numbers = ActionNumbers(after: 0, appliance: "")
    /// How what was decided on last time ended.
    private var ends: [Int64: JudgingRound.End] = [:]

    private var known: [Int64: Labels] = [:]
    private var book = TimelineBook()
    private var problems = TrialProblems()
    private var firing = FiringAlerts()
    private var evaluations = 0
    private var failures = 0

    /// A threshold of the group of this name.
    init(
        _ configured: ThresholdsSection.Configured, group name: String, _ configuration: JudgingConfiguration,
        _ mutings: Mutings
    ) {
        threshold = configured.threshold
        group = ThresholdGroup(id: 1, name: name, interval: configured.interval, thresholds: [threshold])
        self.mutings = mutings
        options = configuration.queries
        sampleLimit = configuration.sampleLimit
        externalURL = configuration.groups.externalURL
        isTold = !configuration.routes.isEmpty
        let reach = QueryReach(threshold.query, options: configuration.queries)
        // Asked for many times at once, a query answers in the order of labels; which series is the first, or decides, may change.
        let isByOrder = threshold.scope != .each && threshold.query.expression.hasOrder
        traits = TrialTraits(
            schedule: GroupSchedule(name: name, interval: configured.interval), query: threshold.query, reach: reach,
            isAskedByItself: reach.looksAhead || reach.speaksOfItself || isByOrder)
    }

    func judge(at now: Int64, _ answer: [VectorElement]?, over past: any SeriesSource, _ found: inout WindowFindings) {
        let result = answer.map { ThresholdResult.vector($0) } ?? ask(past, at: now)
        evaluations += 1
        var round = JudgingRound(
            turn: .alone, muting: { [mutings] in mutings.reason(for: $0, at: now) }, end: { [ends] in ends[$0] },
            numbers: numbers, externalURL: externalURL)
        group.evaluate([result], at: now, clocks: ClockReading(wall: now, steady: now, boot: ""), in: &round)
        if case .failure(let reason) = result {
            failures += 1
            problems.note(reason, of: threshold.name, at: now)
        } else {
            for problem in round.problems { problems.note(problem, of: threshold.name, at: now) }
        }
        ends = [:]
        for action in round.decided {
            let cause = ThresholdWish.Cause(rawValue: action.cause) ?? .enter
            ends[action.id] = JudgingRound.End(succeeded: true, cause: cause, at: now)
        }
        let isChanged = take(round.changes, at: now, &found.actions)
        if isTold, isChanged || !firing.isEmpty {
            firing.note(
                group.alerts(externalURL: externalURL), at: now, &found.events, { ($0.labels, $0.value) }, { $0 })
        }
    }

    private func ask(_ past: any SeriesSource, at now: Int64) -> ThresholdResult {
        do throws(QueryError) {
            let control = QueryControl(timeout: .max, sampleLimit: sampleLimit)
            return vector(
                try QueryEngine(past, options: options).instant(threshold.query, at: now, control: control).value)
        } catch {
            return .failure(error.description)
        }
    }

    /// Takes what would have been written; says whether any instance stands otherwise than before.
    private func take(_ changes: [JudgingChange], at now: Int64, _ actions: inout [BacktestReport.Act]) -> Bool {
        var isChanged = false
        for change in changes {
            switch change {
            case .instance(let row):
                isChanged = true
                note(row, at: now)
            case .instanceGone(let id):
                isChanged = true
                if let labels = known.removeValue(forKey: id) {
                    book.note(labels, BacktestReport.gone, nil, at: now)
                }
            case .action(let action): actions.append(BacktestReport.Act(action, at: now))
            default: break
            }
        }
        return isChanged
    }

    private func note(_ row: JudgedInstance, at now: Int64) {
        guard let instances = group.entries.first?.instances else { return }
        if known[row.id] == nil {
            for instance in instances.values { known[group.instanceID(instance.slot)] = instance.labels }
        }
        guard let labels = known[row.id], let state = instances[labels]?.state else { return }
        book.note(labels, row.state, state.missingSince == nil ? state.last?.value : nil, at: now)
    }

    func report() -> BacktestReport.Rule {
        var report = BacktestReport.Rule(
            kind: .threshold, name: threshold.name, group: "", labels: Labels(threshold.labels),
            interval: traits.schedule.interval)
        report.levels = threshold.rule.levels.map(\.name)
        report.series = book.sorted()
        report.evaluations = evaluations
        report.failures = failures
        report.problems = problems.all
        return report
    }
}

extension BacktestReport.Act {
    fileprivate init(_ action: StoredAction, at now: Int64) {
        let labels = readLabels(action.series)
        self.init(
            time: now, action: action.action, rule: action.rule, cause: action.cause, reason: nil, state: action.state,
            labels: labels, value: action.value,
            alerts: [.init(labels: labels, isFiring: action.cause != "resolve", value: action.value)],
            silencedBy: action.outcome == .silenced ? action.note : nil)
    }
}
