import Model

// The life of alerts, as Prometheus has it. Nothing here knows where series come from or what becomes of alerts: the same
// function judges the present, tests, and the past.

extension AlertingRule {
    /// How long an alert that is over is kept, in milliseconds: its end can be told again when nobody heard it.
    public static let resolvedRetention: Int64 = 15 * 60_000

    /// Moves a rule's alerts on to a time, given the series that its expression has then. Throws when two of these have the same
    /// labels; the alerts stay as they were then.
    public func judged(
        _ instances: [AlertInstance], with active: [ActiveAlert], at now: Int64
    ) throws(UserError) -> AlertStep {
        if instances.isEmpty, active.isEmpty { return AlertStep(instances: [], changes: []) }
        var step = AlertStep(instances: [], changes: [])
        step.instances.reserveCapacity(max(instances.count, active.count))
        let match = try AlertMatch(instances, active)
        for place in instances.indices {
            let before = instances[place]
            let after = match.active(for: place).map { judged(before, with: active[$0], at: now) }
            step.note(before: before, after: after ?? judgedWithoutSeries(before, at: now))
        }
        for place in match.new {
            step.note(before: nil, after: judged(nil, with: active[place], at: now))
        }
        return step
    }

    /// An alert whose series is there.
    private func judged(_ before: AlertInstance?, with active: ActiveAlert, at now: Int64) -> AlertInstance {
        // One that was over begins anew.
        guard var alert = before, alert.state != .inactive else {
            let new = AlertInstance(
                labels: active.labels, annotations: active.annotations, state: .pending, value: active.value,
                activeAt: now)
            return held(new, at: now)
        }
        alert.value = active.value
        alert.annotations = active.annotations
        alert.keepFiringSince = nil
        return held(alert, at: now)
    }

    /// An alert whose series is not there; nil when it is not kept any more.
    private func judgedWithoutSeries(_ before: AlertInstance, at now: Int64) -> AlertInstance? {
        var alert = before
        switch alert.state {
        case .pending: return nil
        case .inactive:
            guard let end = alert.resolvedAt else { return nil }
            return time(from: end, to: now) > Self.resolvedRetention ? nil : alert
        case .firing:
            if keepFiringFor > 0 {
                let since = alert.keepFiringSince ?? now
                alert.keepFiringSince = since
                if time(from: since, to: now) < keepFiringFor { return held(alert, at: now) }
            }
            alert.state = .inactive
            alert.resolvedAt = now
            return alert
        }
    }

    /// An alert that goes on: it fires when it has been there for long enough, and is pending when it has not, which can be again
    /// after the rule was changed.
    private func held(_ before: AlertInstance, at now: Int64) -> AlertInstance {
        var alert = before
        let isLongEnough = time(from: alert.activeAt, to: now) >= holdFor
        if alert.state == .pending, isLongEnough {
            alert.state = .firing
            alert.firedAt = now
        } else if alert.state == .firing, !isLongEnough {
            alert.state = .pending
            alert.firedAt = nil
            alert.keepFiringSince = nil
        }
        return alert
    }

    /// How long it is from one time to another: as long as can be, where the number would not fit.
    private func time(from start: Int64, to end: Int64) -> Int64 {
        let (length, overflow) = end.subtractingReportingOverflow(start)
        return overflow ? (end < start ? .min : .max) : length
    }
}

extension AlertStep {
    fileprivate mutating func note(before: AlertInstance?, after: AlertInstance?) {
        if let after { instances.append(after) }
        if let before, let after, before.stands(like: after) { return }
        changes.append(AlertChange(before: before, after: after))
    }
}

/// Which alert belongs to which series. Most often they come in the order of the last time, and nothing has to be looked up.
private struct AlertMatch {
    private var activeOf: [Int?]
    /// The series that have no alert yet.
    private(set) var new: [Int] = []

    init(_ instances: [AlertInstance], _ active: [ActiveAlert]) throws(UserError) {
        if instances.count == active.count, zip(instances, active).allSatisfy({ $0.labels == $1.labels }) {
            // Of alerts no two have the same labels; so have these series none.
            activeOf = Array(active.indices)
            return
        }
        activeOf = Array(repeating: nil, count: instances.count)
        if active.isEmpty { return }
        var places: [Labels: Int] = [:]
        places.reserveCapacity(instances.count)
        for (place, instance) in instances.enumerated() { places[instance.labels] = place }
        for (index, series) in active.enumerated() {
            guard let place = places[series.labels] else {
                places[series.labels] = activeOf.count
                activeOf.append(index)
                new.append(index)
                continue
            }
            if activeOf[place] != nil {
                throw UserError("vector contains metrics with the same labelset after applying alert labels")
            }
            activeOf[place] = index
        }
    }

    func active(for place: Int) -> Int? { activeOf[place] }
}
