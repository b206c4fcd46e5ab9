import Actions
import Synchronization

/// The alerts that fire at present, of all groups: written after each evaluation, read by whoever tells of them.
final class AlertBoard: Sendable {
    private struct State {
        var alerts: [Int64: [ActionAlert]] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    /// The alerts of a group, those that have been resolved lately among them, in place of those of before.
    func set(group: Int64, _ alerts: [ActionAlert]) {
        state.withLock { state in
            if alerts.isEmpty, state.alerts[group] == nil { return }
            state.alerts[group] = alerts.isEmpty ? nil : alerts
            state.version += 1
        }
    }

    /// Forgets the groups that are not configured any more.
    func keepOnly(groups: Set<Int64>) {
        state.withLock { state in
            state.alerts = state.alerts.filter { groups.contains($0.key) }
            state.version += 1
        }
    }

    /// Grows with every change.
    var version: Int { state.withLock { $0.version } }

    /// All alerts.
    func all() -> [ActionAlert] { state.withLock { state in state.alerts.values.flatMap { $0 } } }
}
