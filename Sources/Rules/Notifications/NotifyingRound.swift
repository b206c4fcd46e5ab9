import Actions
import Model
import Store

/// One look at the groups of alerts: what it may rely on, and what comes of it. It is written in one go.
struct NotifyingRound {
    /// The present.
    let now: Int64
    /// Whose turn it is to act.
    let turn: Turn
    /// Why something with these labels is not reported at present; nil when it is.
    let muting: @Sendable (Labels) -> String?
    /// Gives out the numbers of actions.
    let numbers: ActionNumbers
    /// Where the appliance is reached from outside.
    let externalURL: String

    /// What has changed.
    var changes: [JudgingChange] = []
    /// The actions that have been decided on and are to be run.
    var decided: [StoredAction] = []

    /// Has an action tell of its group; returns the number that its end is known by.
    mutating func tell(_ notice: GroupNotice, of group: GroupName) -> Int64 {
        var action = action(notice, of: group)
        action.due = now
        decided.append(action)
        changes.append(.action(action))
        return action.id
    }

    /// Puts on record what is not told because it is muted.
    mutating func record(silenced notice: GroupNotice, of group: GroupName) {
        var action = action(notice, of: group)
        action.outcome = .silenced
        action.ended = now
        action.note = notice.alerts.first.flatMap { muting($0.labels) } ?? ""
        changes.append(.action(action))
    }

    private func action(_ notice: GroupNotice, of group: GroupName) -> StoredAction {
        let (id, key) = numbers.next(decided: now)
        var event = ActionEvent()
        event.id = id
        event.key = key
        event.action = group.action
        event.rule = group.route
        event.cause = notice.isFiring ? .notify : .resolve
        event.state = notice.isFiring ? "firing" : "resolved"
        event.since = notice.alerts.map(\.startsAt).min()
        event.decidedAt = now
        event.groupLabels = group.labels
        event.alerts = notice.alerts
        event.externalURL = externalURL
        event.epoch = turn.epoch
        // Of one alert the value is the action's too.
        if notice.alerts.count == 1 { event.value = notice.alerts[0].value }
        return StoredAction(event, origin: group.origin)
    }
}
