import Actions
import Synchronization

/// The alerts that fire at present, of all groups: written when a group's states are taken up and after each evaluation, read by
/// whoever tells of them. An alert that is not here is over.
final class AlertBoard: Sendable {
    private struct State {
        var alerts: [Int64: [ActionAlert]] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    /// The alerts of a group, those that have been resolved lately among them, in place of those of before.
    func set(group: Int64, _ alerts: [ActionAlert]) {
        state.withLock { state in
            if !alerts.stand(like: state.alerts[group] ?? []) { state.version += 1 }
            state.alerts[group] = alerts.isEmpty ? nil : alerts
        }
    }

    /// The alerts of all groups, in place of those of before: none is missing in between that has only gone into another group.
    func setAll(_ alerts: [Int64: [ActionAlert]]) {
        state.withLock { state in
            state.alerts = alerts.filter { !$0.value.isEmpty }
            state.version += 1
        }
    }

    /// Grows whenever alerts come, go, or are over; not when only their values change.
    var version: Int { state.withLock { $0.version } }

    /// All alerts.
    func all() -> [ActionAlert] { state.withLock { state in state.alerts.values.flatMap { $0 } } }
}
