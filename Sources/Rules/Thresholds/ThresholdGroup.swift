import Model
import PromQL
import Store

/// The thresholds of one source and interval, with the states of their series. It belongs to whoever evaluates it; what an
/// evaluation changes is returned, and nothing is written here.
final class ThresholdGroup {
    /// A series of a threshold.
    struct Instance {
        let labels: Labels
        let slot: Int
        var state: ThresholdState
    }

    /// A threshold and its series.
    struct Entry {
        let threshold: Threshold
        var instances: [Labels: Instance] = [:]
        /// Why the source did not answer last time; empty when it did.
        var trouble = ""
        /// What was said of that in the log last, and when.
        var told = (trouble: "", at: Int64.min)
    }

    /// A series that has been gone for so long is given up.
    private static let forgottenAfter: Int64 = 3_600_000
    /// Reasons that take turns are told no more often than this.
    private static let tellingPause: Int64 = 60_000

    let id: Int64
    let name: String
    /// After a longer pause nobody knows whether a condition held meanwhile.
    let longestOutage: Int64
    var entries: [Entry]
    /// The time of the last evaluation; nil before the first.
    var evaluated: Int64?
    var clock: ClockReading?
    /// The last turn in which it was ours to act; nil before the first.
    var epoch: Int64?
    /// Whether the clock was set since the actions ended that are noted with the next evaluation.
    var endsAreShifted = false
    var slots = SlotNumbers()

    /// Thresholds that are evaluated every so many milliseconds.
    init(id: Int64, name: String, interval: Int64, thresholds: [Threshold]) {
        self.id = id
        self.name = name
        longestOutage = max(3_600_000, interval.after(interval))
        entries = thresholds.map { Entry(threshold: $0) }
    }

    /// Goes through what the source answered to each threshold's query, in their order.
    func evaluate(_ results: [ThresholdResult], at now: Int64, clocks: ClockReading, in round: inout JudgingRound) {
        let jump = clock.map { clocks.jump(since: $0) } ?? 0
        evaluated?.shift(by: jump)
        let mending = Mending(
            jump: jump, othersActed: round.turn.mayAct && epoch.map { $0 < round.turn.first } ?? false,
            isLate: evaluated.map { now.since($0) > longestOutage } ?? false)
        for index in entries.indices {
            let result = index < results.count ? results[index] : .failure("nothing was asked")
            if mending.isNeeded { mend(&entries[index], mending) }
            judge(&entries[index], result, mending, at: now, in: &round)
        }
        evaluated = now
        endsAreShifted = false
        clock = clocks
        if round.turn.mayAct { epoch = round.turn.epoch }
        round.changes.append(.group(row))
    }

    /// What must be set right before the states can go on.
    private struct Mending {
        /// By how much the clock was set.
        let jump: Int64
        /// Somebody else has acted in between.
        let othersActed: Bool
        /// Nobody looked for a long time.
        let isLate: Bool

        var isNeeded: Bool { jump != 0 || othersActed || isLate }
    }

    private func mend(_ entry: inout Entry, _ mending: Mending) {
        for key in entry.instances.keys {
            entry.instances[key]?.change { state in
                state.shift(by: mending.jump)
                if mending.isLate { state.pendingSince = nil }
                if mending.othersActed { entry.threshold.rule.forgetActions(&state) }
            }
        }
    }

    private func judge(
        _ entry: inout Entry, _ result: ThresholdResult, _ mending: Mending, at now: Int64, in round: inout JudgingRound
    ) {
        let threshold = entry.threshold
        var readings: [Labels: ThresholdReading] = [:]
        // In the order in which they come: so are the slots, and so is what is decided.
        var found: [Labels] = []
        switch result {
        case .vector(let vector):
            entry.trouble = ""
            for (labels, reading) in threshold.readings(vector) {
                readings[labels] = reading
                found.append(labels)
            }
        case .failure(let reason): entry.trouble = reason
        }
        tellTrouble(of: &entry, at: now, in: &round)
        // A threshold that has never had a series is judged without one: that nothing is there is something to know.
        let absent: ThresholdReading = entry.trouble.isEmpty ? .missing : .unanswered
        if readings.isEmpty, entry.instances.isEmpty {
            readings[.none] = absent
            found = [.none]
        }
        for labels in found where entry.instances[labels] == nil {
            guard let slot = slots.take() else {
                round.problems.append(
                    "cannot judge all of \(threshold.name): a group has more than \(JudgedInstance.slots) series")
                break
            }
            entry.instances[labels] = Instance(labels: labels, slot: slot, state: ThresholdState())
        }
        for known in entry.instances.values.sorted(by: { $0.slot < $1.slot }) {
            let labels = known.labels
            var instance = known
            let before = instance.state
            settle(&instance.state, threshold.rule, mending, round)
            let isGone = isGone(instance.state, labels, readings, entry, now)
            let wishes =
                isGone
                ? threshold.rule.end(&instance.state, at: now)
                : threshold.rule.advance(&instance.state, readings[labels] ?? absent, at: now)
            let subject = ThresholdSubject(
                threshold: threshold, labels: labels, externalURL: round.externalURL, now: now)
            if isGone || !before.active.isEmpty && instance.state.active.isEmpty { round.left.insert(subject.line) }
            for wish in wishes { round.decide(wish, subject, &instance.state, at: now) }
            round.settleOwed(subject, &instance.state, at: now)
            // What is still owed needs somebody who remembers it.
            if isGone, instance.state.owed.isEmpty {
                slots.giveBack(instance.slot)
                entry.instances[labels] = nil
                round.changes.append(.instanceGone(instanceID(instance.slot)))
                continue
            }
            entry.instances[labels] = instance
            if mending.isNeeded || before.since == 0
                || !before.isSame(as: instance.state, apartFromValueOf: threshold.scope)
            {
                round.changes.append(.instance(row(of: instance, threshold)))
            }
        }
    }

    /// Says that the source does not answer, and why, and that it answers again: when that changes, not at each evaluation.
    private func tellTrouble(of entry: inout Entry, at now: Int64, in round: inout JudgingRound) {
        let (before, at) = entry.told
        if sameBytes(entry.trouble, before) { return }
        if !before.isEmpty, !entry.trouble.isEmpty, now < at.after(Self.tellingPause) { return }
        entry.told = (entry.trouble, now)
        if entry.trouble.isEmpty {
            round.notes.append("\(entry.threshold.name) is judged again")
        } else {
            round.problems.append("cannot judge \(entry.threshold.name): \(entry.trouble)")
        }
    }

    /// Notes how actions ended since the last evaluation.
    private func settle(
        _ state: inout ThresholdState, _ rule: ThresholdRule, _ mending: Mending, _ round: JudgingRound
    ) {
        for action in state.actions {
            guard let id = action.underWay, let end = round.end(id) else { continue }
            // The pause counts from the evaluation that the action belongs to: a millisecond must not cost a whole interval.
            // What time it was by a clock that has been set since is not known.
            let last = evaluated ?? end.at
            let at = mending.jump == 0 && !endsAreShifted ? min(end.at, last) : last
            rule.note(
                id, succeeded: end.succeeded, cause: end.cause, &state, at: at, dueAgain: end.pause.map { at.after($0) }
            )
        }
    }

    /// A series that is gone for good is not judged for ever; where nothing is known of any series, that stays.
    private func isGone(
        _ state: ThresholdState, _ labels: Labels, _ readings: [Labels: ThresholdReading], _ entry: Entry, _ now: Int64
    ) -> Bool {
        // Taken together the series are one: those that were judged one by one before a reload are not any more.
        guard entry.threshold.scope == .each else { return labels != .none }
        // A source that does not answer does not say that anything is gone.
        guard entry.trouble.isEmpty else { return false }
        if let reading = readings[labels], reading != .missing { return false }
        if labels == .none { return !readings.isEmpty && readings[labels] == nil }
        guard let missingSince = state.missingSince else { return false }
        return now >= missingSince.after(max(Self.forgottenAfter, entry.threshold.rule.missingFor))
    }
}

extension ThresholdGroup.Instance {
    fileprivate mutating func change(_ body: (inout ThresholdState) -> Void) { body(&state) }
}

extension ThresholdState {
    /// Whether two states are the same but for the value, which is stored with the group.
    fileprivate func isSame(as other: ThresholdState, apartFromValueOf scope: Threshold.Scope) -> Bool {
        var (a, b) = (self, other)
        if scope == .each || scope == .first, a.missingSince == nil, b.missingSince == nil {
            a.last = nil
            b.last = nil
        } else {
            a.last?.value = 0
            b.last?.value = 0
        }
        return a == b
    }
}

/// What a source answered to the query of a threshold.
enum ThresholdResult: Sendable {
    /// The series and their values.
    case vector([VectorElement])
    /// Nothing, for this reason.
    case failure(String)
}
