import Actions
import Model
import PromQL
import Store
import Synchronization

@testable import Rules

/// What a running appliance would have done: each group is evaluated at its times, one after the other, over what is there by then; its
/// recordings are stored; and the alerts are looked at once a second. Slow, and as simple as can be.
final class LiveRun {
    private let configuration: JudgingConfiguration
    private let from: Int64
    private let to: Int64
    private let mutings: Mutings
    private let storage: LiveStorage
    private var rules: [RuleGroupRun] = []
    private var thresholds: [ThresholdGroupRun] = []
    private var groups = NotifiedGroups()
    private var isJudged = false
    private var version = 0
    /// The actions of routes that have ended since the last look.
    private var told: [Int64: Bool] = [:]
    /// What has come of it, to be compared: lines about states, and about actions.
    private(set) var states: [String: [String]] = [:]
    private(set) var actions: [String] = []
    /// How often a query failed, by rules.
    private(set) var failures: [String: Int] = [:]

    private final class RuleGroupRun {
        let evaluator: GroupEvaluator
        let schedule: GroupSchedule
        var state: RuleGroupState
        var known: [Set<Labels>]

        init(_ group: RuleGroup, _ settings: GroupSettings) {
            evaluator = GroupEvaluator(group, settings: settings)
            schedule = GroupSchedule(name: KeptRuleGroup.name(of: group), interval: evaluator.interval)
            state = RuleGroupState(ruleCount: group.rules.count)
            known = Array(repeating: [], count: group.rules.count)
        }
    }

    private final class ThresholdGroupRun {
        let group: ThresholdGroup
        let schedule: GroupSchedule
        var ends: [Int64: JudgingRound.End] = [:]
        var known: Set<String> = []

        init(_ name: String, _ key: ThresholdGroupKey, _ thresholds: [ThresholdsSection.Configured]) {
            group = ThresholdGroup(
                id: 1, name: name, interval: key.interval, thresholds: thresholds.map(\.threshold))
            schedule = GroupSchedule(name: name, interval: key.interval)
        }
    }

    private let numbers = ActionNumbers(after: 0, appliance: "")

    init(_ configuration: JudgingConfiguration, over past: MemorySource, from: Int64, to: Int64) throws {
        self.configuration = configuration
        self.from = from
        self.to = to
        mutings = try Mutings([]) { _ in }
        mutings.configure(configuration.silences, configuration.windows)
        groups.follow(configuration.routes)
        rules = configuration.ruleFiles.flatMap(\.groups).map { RuleGroupRun($0, configuration.groups) }
        thresholds = ThresholdGroupKey.grouped(configuration.thresholds).map { ThresholdGroupRun($0, $1, $2) }
        // Somebody else's recordings end where ours begin.
        var starts: [String: Int64] = [:]
        for run in rules {
            for rule in run.evaluator.group.rules {
                let start = from - run.evaluator.queryOffset
                starts[rule.name] = min(starts[rule.name] ?? .max, start)
            }
        }
        storage = try LiveStorage(past) { labels in
            let name = labels.metric.hasPrefix("ALERTS") ? labels["alertname"] ?? "" : labels.metric
            return starts[name] ?? .max
        }
        for (series, last) in storage.last {
            guard !isStale(last.value) else { continue }
            let name = series.metric.hasPrefix("ALERTS") ? series["alertname"] ?? "" : series.metric
            let named = rules.flatMap { run in
                run.evaluator.group.rules.indices.map { (run, $0, run.evaluator.group.rules[$0]) }
            }.filter { sameBytes($0.2.name, name) }
            let owner = named.first { $0.2.outputs.contains { $0.fits(series) } }
            guard let (run, place, _) = owner ?? named.first, let start = starts[name] else { continue }
            if last.timestamp <= start - configuration.queries.lookBack - 1 { continue }
            if owner == nil {
                run.state.departed.append(series)
            } else {
                run.state.rules[place].series.append(series)
            }
        }
    }

    func run() {
        var now = from
        while now <= to {
            storage.present = now
            for run in rules where run.schedule.last(at: now) == now { evaluate(run, at: now) }
            for run in thresholds where run.schedule.last(at: now) == now { evaluate(run, at: now) }
            look(at: now)
            now += 1000
        }
    }

    private func note(_ key: String, _ state: String, _ value: Double?, at now: Int64) {
        let line = "\(state) \(value.map(formatExpositionValue) ?? "-") @\(now - from)"
        let before = states[key]?.last?.split(separator: " ").first.map(String.init)
        if before != state { states[key, default: []].append(line) }
    }

    // MARK: Rules

    private func evaluate(_ run: RuleGroupRun, at now: Int64) {
        isJudged = true
        let evaluation = run.evaluator.evaluate(run.state, at: now, over: storage, control: control)
        run.state = evaluation.state
        for sample in evaluation.samples { storage.add(sample.labels, sample.sample) }
        for (place, rule) in run.evaluator.group.rules.enumerated() {
            let state = run.state.rules[place]
            if state.health == .err { failures[rule.name, default: 0] += 1 }
            for instance in state.instances where instance.state != .inactive {
                run.known[place].insert(instance.labels)
                note(
                    "\(run.evaluator.group.name)#\(place) \(instance.labels)", instance.state.rawValue, instance.value,
                    at: now)
            }
            let there = Set(state.instances.filter { $0.state != .inactive }.map(\.labels))
            for labels in run.known[place].subtracting(there) {
                note("\(run.evaluator.group.name)#\(place) \(labels)", "inactive", nil, at: now)
            }
        }
    }

    private func alerts(_ run: RuleGroupRun) -> [ActionAlert] {
        run.state.rules.flatMap { rule in
            rule.instances.filter { $0.state != .pending }.map { instance in
                var alert = ActionAlert()
                alert.isFiring = instance.state == .firing
                alert.labels = instance.labels
                alert.startsAt = instance.firedAt ?? instance.activeAt
                alert.endsAt = instance.resolvedAt
                alert.value = instance.value
                return alert
            }
        }
    }

    // MARK: Thresholds

    private func evaluate(_ run: ThresholdGroupRun, at now: Int64) {
        isJudged = true
        let engine = QueryEngine(storage, options: configuration.queries)
        let results = run.group.entries.map { entry in
            do throws(QueryError) {
                return try vector(engine.instant(entry.threshold.query, at: now, control: control()).value)
            } catch {
                failures[entry.threshold.name, default: 0] += 1
                return ThresholdResult.failure(error.description)
            }
        }
        var round = JudgingRound(
            turn: .alone, muting: { [mutings] in mutings.reason(for: $0, at: now) },
            end: { [ends = run.ends] in ends[$0] }, numbers: numbers, externalURL: "")
        run.group.evaluate(results, at: now, clocks: ClockReading(wall: now, steady: now, boot: "b"), in: &round)
        run.ends = [:]
        for action in round.decided {
            let cause = ThresholdWish.Cause(rawValue: action.cause) ?? .enter
            // A little later, as in life.
            run.ends[action.id] = JudgingRound.End(succeeded: true, cause: cause, at: now + 300)
        }
        for case .action(let action) in round.changes {
            actions.append(
                line(
                    now, action.action, action.rule, action.cause, action.state, "\(readLabels(action.series))",
                    action.value, 1, action.outcome == .silenced ? action.note : nil))
        }
        var there: Set<String> = []
        for status in run.group.states() {
            let key = "\(status.threshold) \(status.labels)"
            there.insert(key)
            note(key, status.state, status.missingSince == nil ? status.value : nil, at: now)
        }
        for key in run.known.subtracting(there) { note(key, "gone", nil, at: now) }
        run.known.formUnion(there)
    }

    // MARK: Routes

    private func look(at now: Int64) {
        if isJudged { version += 1 }
        isJudged = false
        var round = NotifyingRound(
            now: now, turn: .alone, muting: { [mutings] in mutings.reason(for: $0, at: now) }, numbers: numbers,
            externalURL: "")
        groups.take(Turn.alone)
        groups.take(told)
        told = [:]
        groups.look(
            at: version,
            { rules.flatMap { alerts($0) } + thresholds.flatMap { $0.group.alerts(externalURL: "") } }, in: &round)
        for action in round.decided { told[action.id] = true }
        for case .action(let action) in round.changes {
            let alerts = JSONValue.parsed(action.event)?["alerts"]?.elements.count ?? 0
            actions.append(
                line(
                    now, action.action, action.rule, action.cause, action.state, "\(readLabels(action.series))",
                    action.value, alerts, action.outcome == .silenced ? action.note : nil))
        }
    }

    private func line(
        _ now: Int64, _ action: String, _ rule: String, _ cause: String, _ state: String, _ labels: String,
        _ value: Double?, _ alerts: Int, _ silencedBy: String?
    ) -> String {
        "\(now - from) \(action) \(rule) \(cause) \(state) \(labels)"
            + " \(value.map(formatExpositionValue) ?? "-") \(alerts) \(silencedBy ?? "-")"
    }
}

extension BacktestReport {
    /// As `LiveRun.states`.
    var stateLines: [String: [String]] {
        var lines: [String: [String]] = [:]
        // The place of each rule in its group.
        var places: [String: Int] = [:]
        for rule in rules {
            let place = places[rule.group, default: 0]
            places[rule.group] = place + 1
            for timeline in rule.series {
                let key = rule.kind == .alert ? "\(rule.group)#\(place)" : rule.name
                lines["\(key) \(timeline.labels)"] = timeline.changes.map {
                    "\($0.state) \($0.value.map(formatExpositionValue) ?? "-") @\($0.time - from)"
                }
            }
        }
        return lines
    }

    /// As `LiveRun.actions`.
    var actionLines: [String] {
        actions.map {
            "\($0.time - from) \($0.action) \($0.rule) \($0.cause) \($0.state) \($0.labels)"
                + " \($0.value.map(formatExpositionValue) ?? "-") \($0.alerts.count) \($0.silencedBy ?? "-")"
        }
    }
}

extension JSONValue {
    /// What a text says; nil when it is no JSON.
    fileprivate static func parsed(_ text: String) -> JSONValue? {
        do { return try JSONValue(Array(text.utf8)) } catch { return nil }
    }
}

/// A store in memory that grows, and has come to a time.
private final class LiveStorage: SeriesSource {
    private let state: Mutex<(memory: MemorySource, present: Int64)>
    /// The last sample of each series at first.
    let last: [(Labels, Sample)]

    /// The samples of a source before the time that its series end.
    init(_ past: MemorySource, end: (Labels) -> Int64) throws {
        var memory = MemorySource()
        var last: [(Labels, Sample)] = []
        let cursor = try past.select([], from: .min, to: .max)
        while try cursor.next() {
            let labels = try cursor.labels
            let samples = try cursor.withSamples { zip($0, $1).map { Sample($0, $1) } }
                .filter { $0.timestamp < end(labels) }
            memory.add(labels, samples)
            if let sample = samples.last { last.append((labels, sample)) }
        }
        self.last = last
        state = Mutex((memory, .min))
    }

    var present: Int64 {
        get { state.withLock { $0.present } }
        set { state.withLock { $0.present = newValue } }
    }

    func add(_ labels: Labels, _ sample: Sample) { state.withLock { $0.memory.add(labels, sample) } }

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        let (memory, present) = state.withLock { $0 }
        return try memory.select(matchers, from: from, to: min(to, present))
    }
}
