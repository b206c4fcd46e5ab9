import Actions
import Model
import Templates

/// What an action of a threshold is about: the threshold and one of its series.
struct ThresholdSubject {
    let threshold: Threshold
    /// The series' labels.
    let labels: Labels
    /// Where the appliance is reached from outside.
    let externalURL: String
    /// The time of the evaluation.
    let now: Int64

    /// What its actions are about.
    var line: OutboxQueue.Line { .init(rule: threshold.name, series: labels.json) }

    /// The labels that its alert has at a level.
    func alertLabels(_ level: String) -> Labels {
        var all = labels.withoutMetric
        for label in threshold.labels { all.set(label.name, label.value) }
        all.set("alertname", threshold.name)
        if threshold.rule.levels.count > 1 { all.set("level", level) }
        return all
    }

    /// Its alert while a level is active.
    func alert(_ level: String, since: Int64, _ state: ThresholdState) -> ActionAlert {
        var alert = ActionAlert()
        alert.labels = alertLabels(level)
        alert.startsAt = since
        alert.value = state.missingSince == nil ? state.last?.value : nil
        alert.annotations = annotations(alert.value)
        return alert
    }

    /// What is said about a value. A template that fails says so itself, as with alerting rules.
    private func annotations(_ value: Double?) -> Labels {
        if threshold.annotations.isEmpty { return .none }
        let data = TemplateValue.alert(labels: labels, value: value, externalURL: externalURL)
        let environment = TemplateEnvironment(now: now, externalURL: externalURL)
        return Labels(threshold.annotations.map { Label($0.name, $0.filled(data, environment)) })
    }

    /// What an action is told. `left` is when its level was left, of one that tells that.
    func event(
        _ wish: ThresholdWish, _ state: ThresholdState, left: Int64?, id: Int64, key: String, epoch: Int64
    ) -> ActionEvent {
        let isResolved = wish.cause == .resolve
        let level = threshold.rule.levels.first { $0.name == wish.level }
        var alert = alert(wish.level, since: wish.since, state)
        alert.isFiring = !isResolved
        alert.endsAt = isResolved ? left ?? now : nil
        var event = ActionEvent()
        event.id = id
        event.key = key
        event.action = wish.action
        event.rule = threshold.name
        event.cause = ActionEvent.Cause(rawValue: wish.cause.rawValue) ?? .manual
        event.state = isResolved ? "resolved" : wish.level
        event.value = alert.value
        event.threshold = level?.comparison.description ?? ""
        event.since = wish.heldSince
        event.decidedAt = now
        event.groupLabels = alert.labels
        event.alerts = [alert]
        event.externalURL = externalURL
        event.epoch = epoch
        return event
    }
}
