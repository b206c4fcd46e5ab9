import Actions
import HTTPClient
import Model
import PromQL
import Store

/// A group of a rule file with what is remembered of it, in memory and in rows. It belongs to whoever evaluates it.
final class KeptRuleGroup {
    /// Whose alert it is.
    private struct Owner: Hashable {
        let rule: Int
        let labels: Labels
    }

    /// After a longer pause nobody knows whether a condition held meanwhile.
    private static let longestOutage: Int64 = 3_600_000

    let id: Int64
    let name: String
    let evaluator: GroupEvaluator
    private(set) var state: RuleGroupState
    private let recorded: RecordedSeries
    private let externalURL: String
    private var slots = SlotNumbers()
    private var slotOf: [Owner: Int] = [:]
    private var clock: ClockReading?
    /// Whether times were moved or alerts dropped since the rows were written.
    private var isMended = false

    init(id: Int64, name: String, _ evaluator: GroupEvaluator, externalURL: String, _ recorded: RecordedSeries) {
        self.id = id
        self.name = name
        self.evaluator = evaluator
        self.externalURL = externalURL
        self.recorded = recorded
        state = RuleGroupState(ruleCount: evaluator.group.rules.count)
    }

    /// What a group is found by after a restart.
    static func name(of group: RuleGroup) -> String { "\(withoutSemicolons(group.file));\(group.name)" }

    /// The state that an evaluation goes on from.
    func stateBefore(_ now: Int64, _ clocks: ClockReading) -> RuleGroupState {
        mend(at: now, clocks)
        return state
    }

    /// Takes what an evaluation comes to. What is to be written goes into the batch.
    func take(_ evaluation: GroupEvaluation, _ clocks: ClockReading, in batch: WriteBatch) throws {
        state = evaluation.state
        clock = clocks
        for change in evaluation.changes { note(change, in: batch) }
        if isMended { rewriteRows(in: batch) }
        batch.add(.group(row))
        if let time = evaluation.samples.first?.sample.timestamp {
            try recorded.write(evaluation.samples.map { ($0.labels, $0.sample.value) }, at: time, to: batch)
        }
    }

    /// What must be set right before the alerts can go on: a clock that was set, and a time in which nobody looked.
    private func mend(at now: Int64, _ clocks: ClockReading) {
        guard let clock, let last = state.lastEvaluation else { return }
        let jump = clocks.jump(since: clock)
        let isLate = now.since(last.after(jump)) > max(Self.longestOutage, evaluator.interval.after(evaluator.interval))
        if jump == 0, !isLate { return }
        isMended = true
        for place in state.rules.indices {
            if isLate { state.rules[place].instances.removeAll { $0.state == .pending } }
            if jump == 0 { continue }
            for index in state.rules[place].instances.indices { state.rules[place].instances[index].shift(by: jump) }
        }
    }

    /// Goes on where the same group left off under another configuration. What its rules do not write any more ends.
    func takeOver(_ old: RuleGroupState, of oldGroup: RuleGroup) {
        let taken = RuleGroupState(of: evaluator.group, takingOver: old, of: oldGroup)
        for place in state.rules.indices {
            let instances = state.rules[place].instances
            state.rules[place] = taken.rules[place]
            // With the numbers that they have in the file.
            state.rules[place].instances = instances
        }
        state.departed = taken.departed
    }

    /// Writes no more: somebody else goes on.
    func retire(in batch: WriteBatch) { recorded.end(in: batch) }

    /// Ends every series, and forgets the group.
    func end(at now: Int64, in batch: WriteBatch) throws {
        try recorded.write(state.openSeries.map { ($0, staleMarker) }, at: now, to: batch)
        recorded.end(in: batch)
    }

    /// The alerts that fire, and those that were resolved lately.
    func alerts() -> [ActionAlert] {
        var alerts: [ActionAlert] = []
        for (rule, state) in zip(evaluator.group.rules, state.rules) where !state.instances.isEmpty {
            let url =
                externalURL.isEmpty ? "" : "\(externalURL)/graph?g0.expr=\(percentEncoded(rule.query.text))&g0.tab=1"
            for instance in state.instances where instance.state != .pending {
                var alert = ActionAlert()
                alert.isFiring = instance.state == .firing
                alert.labels = instance.labels
                alert.annotations = Labels(instance.annotations)
                alert.startsAt = instance.firedAt ?? instance.activeAt
                alert.endsAt = instance.resolvedAt
                alert.value = instance.value
                alert.generatorURL = url
                alerts.append(alert)
            }
        }
        return alerts
    }
}

// What is stored of a group.
extension KeptRuleGroup {
    /// The group and its alerts as rows; nil before the first evaluation.
    func rows() -> (JudgedGroup, [JudgedInstance])? {
        guard state.lastEvaluation != nil else { return nil }
        var instances: [JudgedInstance] = []
        for (place, rule) in state.rules.enumerated() {
            for instance in rule.instances {
                if let slot = slotOf[Owner(rule: place, labels: instance.labels)] {
                    instances.append(row(of: instance, slot, place))
                }
            }
        }
        return (row, instances)
    }

    private var row: JudgedGroup {
        var values = [Double?](repeating: nil, count: slots.highest)
        for (place, rule) in state.rules.enumerated() {
            for instance in rule.instances where instance.state != .inactive {
                if let slot = slotOf[Owner(rule: place, labels: instance.labels)], slot < values.count {
                    values[slot] = instance.value
                }
            }
        }
        return JudgedGroup(
            id: id, name: name, evaluated: state.lastEvaluation ?? 0, clock: clock?.json ?? "{}",
            values: valuesJSON(values))
    }

    private func row(of instance: AlertInstance, _ slot: Int, _ place: Int) -> JudgedInstance {
        let rule = evaluator.group.rules[place]
        return JudgedInstance(
            id: JudgedInstance.id(group: id, slot: slot), kind: "alert", rule: rule.name, series: instance.labels.json,
            state: instance.state.rawValue, since: instance.stateSince, detail: instance.json(ofRuleWith: rule.labels))
    }

    private func note(_ change: RuleChange, in batch: WriteBatch) {
        guard let labels = (change.change.after ?? change.change.before)?.labels else { return }
        let owner = Owner(rule: change.rule, labels: labels)
        if let after = change.change.after {
            guard let slot = slotOf[owner] ?? slots.take() else { return }
            slotOf[owner] = slot
            batch.add(.instance(row(of: after, slot, change.rule)))
        } else if let slot = slotOf.removeValue(forKey: owner) {
            slots.giveBack(slot)
            batch.add(.instanceGone(JudgedInstance.id(group: id, slot: slot)))
        }
    }

    /// Writes the rows of all alerts, and takes away those of alerts that are not there any more.
    private func rewriteRows(in batch: WriteBatch) {
        isMended = false
        var kept: Set<Owner> = []
        for (place, rule) in state.rules.enumerated() {
            for instance in rule.instances {
                let owner = Owner(rule: place, labels: instance.labels)
                guard let slot = slotOf[owner] else { continue }
                kept.insert(owner)
                batch.add(.instance(row(of: instance, slot, place)))
            }
        }
        for (owner, slot) in slotOf where !kept.contains(owner) {
            slotOf[owner] = nil
            slots.giveBack(slot)
            batch.add(.instanceGone(JudgedInstance.id(group: id, slot: slot)))
        }
    }

    /// Takes over what was stored before the start. Returns the rows of alerts whose rules are not there any more.
    func restore(_ group: JudgedGroup, _ instances: [JudgedInstance]) throws(UserError) -> [Int64] {
        state.lastEvaluation = group.evaluated
        clock = ClockReading(json: group.clock)
        let values = readValues(group.values)
        var leftBehind: [Int64] = []
        for stored in instances where stored.kind == "alert" {
            let read = try StoredAlert(stored)
            let value = stored.slot < values.count ? values[stored.slot] : nil
            let place = evaluator.group.rules.firstIndex { rule in
                guard case .alerting = rule else { return false }
                return sameBytes(rule.name, stored.rule) && rule.labels == read.ruleLabels
            }
            guard let place, case .alerting(let rule) = evaluator.group.rules[place] else {
                leftBehind.append(stored.id)
                continue
            }
            var instance = read.instance
            instance.value = value ?? .nan
            state.rules[place].instances.append(instance)
            slots.reserve(stored.slot)
            slotOf[Owner(rule: place, labels: instance.labels)] = stored.slot
            if instance.state != .inactive {
                // What it wrote last ends when it is over.
                state.rules[place].series += [rule.series(of: instance), rule.sinceSeries(of: instance)]
            }
        }
        return leftBehind
    }
}

/// The part of a group's name that is before the semicolon, which stands in no other place before the last part.
func withoutSemicolons(_ text: String) -> String {
    text.utf8.contains { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "%") }
        ? text.map { $0 == ";" ? "%3B" : $0 == "%" ? "%25" : String($0) }.joined() : text
}
