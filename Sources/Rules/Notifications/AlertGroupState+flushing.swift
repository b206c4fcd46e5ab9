import Actions
import Model

// How a group comes to be told of: Alertmanager's rules, as a pure function of the state, the alerts and the time. Where the
// two differ docs/routes.md says so.

extension AlertGroupState {
    /// Looks at a group.
    ///
    /// - Parameters:
    ///   - state: where it stood; nil when it is new.
    ///   - alerts: all of its alerts at present. Those that fire must be there; one of before that is not is resolved now.
    ///     Those that are resolved may be there, which tells when they were.
    ///   - isMuted: whether something mutes an alert with these labels now.
    public static func next(
        after state: AlertGroupState?, alerts: [ActionAlert], timing: GroupTiming, at now: Int64,
        isMuted: (Labels) -> Bool
    ) -> GroupOutcome {
        var next: AlertGroupState
        if let state {
            next = state
            next.update(with: alerts, at: now)
        } else {
            // What nobody has heard of and is over already does not make a group.
            let firing = alerts.filter(\.isFiring)
            guard let earliest = firing.map(\.startsAt).min() else { return GroupOutcome() }
            // An alert that has waited elsewhere does not wait here again.
            let isOld = earliest < now - timing.wait
            next = AlertGroupState(
                members: sorted(firing), nextFlush: isOld ? now : now + timing.wait, told: nil, outstanding: nil,
                known: nil)
        }
        // One thing after the other: while something is being told, nothing else is.
        guard now >= next.nextFlush, next.outstanding == nil else { return GroupOutcome(state: next) }
        return next.flushed(timing, at: now, isMuted)
    }

    /// Where the group stands when telling has ended. If it did not succeed, it is due again at the next flush. Nil when the group
    /// is no more.
    public func settled(succeeded: Bool) -> AlertGroupState? {
        var state = self
        guard let ended = outstanding else { return state }
        state.outstanding = nil
        if succeeded {
            state.told = ended
            // Told that they are resolved, they are forgotten; one that fires again is not among the resolved.
            state.forgetResolved(ended.resolved)
        } else {
            state.known = told
        }
        return state.members.isEmpty ? nil : state
    }

    // MARK: Members

    private mutating func update(with alerts: [ActionAlert], at now: Int64) {
        var byLabels: [Labels: ActionAlert] = [:]
        // Of two rules that have the same alert one may still fire when the other does not.
        for alert in alerts where alert.isFiring || byLabels[alert.labels] == nil { byLabels[alert.labels] = alert }
        for place in members.indices {
            if let alert = byLabels.removeValue(forKey: members[place].labels) {
                // When it ended is known already, if it has not fired since.
                if alert.isFiring || members[place].isFiring { members[place] = alert }
            } else if members[place].isFiring {
                members[place].isFiring = false
            }
            if !members[place].isFiring, members[place].endsAt == nil { members[place].endsAt = now }
        }
        members = Self.sorted(members + byLabels.values.filter(\.isFiring))
    }

    private static func sorted(_ alerts: [ActionAlert]) -> [ActionAlert] {
        alerts.sorted { $0.labels < $1.labels }
    }

    private mutating func forgetResolved(_ resolved: [Labels]) {
        let forgotten = Set(resolved)
        let gone = Set(members.filter { !$0.isFiring && forgotten.contains($0.labels) }.map(\.labels))
        if gone.isEmpty { return }
        members.removeAll { gone.contains($0.labels) }
        // One that fires again is a new one, even where nobody was told that it had been resolved.
        told?.firing.removeAll { gone.contains($0) }
        known?.firing.removeAll { gone.contains($0) }
    }

    // MARK: Flushing

    private func flushed(_ timing: GroupTiming, at now: Int64, _ isMuted: (Labels) -> Bool) -> GroupOutcome {
        var state = self
        state.nextFlush = now + timing.interval
        let muted = members.filter { isMuted($0.labels) }
        let mutedLabels = Set(muted.map(\.labels))
        let heard = members.filter { !mutedLabels.contains($0.labels) }
        let all = Told(members, at: now)
        let wanted = heard.isEmpty ? nil : Told(heard, at: now).reason(after: told, timing)
        let wantedOfAll = muted.isEmpty ? wanted : all.reason(after: known, timing)
        var outcome = GroupOutcome()
        if let reason = wanted, let notice = GroupNotice(reason, heard, muted, timing) {
            outcome.notice = notice
            state.outstanding = Told(heard, at: now)
            state.known = all
            // What is muted is not waited for.
            state.forgetResolved(muted.filter { !$0.isFiring }.map(\.labels))
        } else {
            if wanted != nil { state.told = Told(heard, at: now) }
            if let reason = wantedOfAll {
                if !muted.isEmpty { outcome.silenced = GroupNotice(reason, muted, [], timing) }
                state.known = all
            }
            // Nobody has to be told of these any more.
            state.forgetResolved(all.resolved)
        }
        outcome.state = state.members.isEmpty ? nil : state
        return outcome
    }
}

extension GroupNotice {
    /// A notice about some alerts; nil when there is nothing to say, for only what fires is told.
    fileprivate init?(_ reason: Reason, _ alerts: [ActionAlert], _ muted: [ActionAlert], _ timing: GroupTiming) {
        let told = alerts.filter { $0.isFiring || timing.sendsResolved }
        if told.isEmpty { return nil }
        self.init(reason: reason, alerts: told, muted: muted.filter { $0.isFiring || timing.sendsResolved })
    }
}

extension AlertGroupState.Told {
    fileprivate init(_ alerts: [ActionAlert], at now: Int64) {
        self.init(
            firing: alerts.filter(\.isFiring).map(\.labels), resolved: alerts.filter { !$0.isFiring }.map(\.labels),
            at: now)
    }

    /// Why this has to be told after something else was; nil when it has not.
    fileprivate func reason(after told: AlertGroupState.Told?, _ timing: GroupTiming) -> GroupNotice.Reason? {
        guard let told else { return firing.isEmpty ? nil : .first }
        if !Set(firing).isSubset(of: told.firing) { return told.firing.isEmpty ? .first : .newAlerts }
        if firing.isEmpty { return told.firing.isEmpty ? nil : .allResolved }
        if timing.sendsResolved, !Set(resolved).isSubset(of: told.resolved) { return .newResolved }
        return at - told.at >= timing.repetition ? .repetition : nil
    }
}
