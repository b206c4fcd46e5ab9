import Actions
import Synchronization

/// The alerts that fire at present, of all groups: written after each evaluation, read by whoever tells of them.
final class AlertBoard: Sendable {
    private struct State {
        var alerts: [Int64: [ActionAlert]] = [:]
        var version = 0
        /// The groups that have said what fires …
        var heard: Set<Int64> = []
        /// … and those that are configured and have not.
        var unheard: Set<Int64> = []
    }

    private let state = Mutex(State())

    /// The alerts of a group, those that have been resolved lately among them, in place of those of before.
    func set(group: Int64, _ alerts: [ActionAlert]) {
        state.withLock { state in
            state.heard.insert(group)
            state.unheard.remove(group)
            if !alerts.stand(like: state.alerts[group] ?? []) { state.version += 1 }
            state.alerts[group] = alerts.isEmpty ? nil : alerts
        }
    }

    /// Says which groups are configured; the others are forgotten.
    func expect(groups: Set<Int64>) {
        state.withLock { state in
            state.heard.formIntersection(groups)
            state.unheard = groups.subtracting(state.heard)
            state.alerts = state.alerts.filter { groups.contains($0.key) }
            state.version += 1
        }
    }

    /// Whether every group has said what fires. Before, an alert that is not here need not be over.
    var isComplete: Bool { state.withLock { $0.unheard.isEmpty } }

    /// Grows whenever alerts come, go, or are over; not when only their values change.
    var version: Int { state.withLock { $0.version } }

    /// All alerts.
    func all() -> [ActionAlert] { state.withLock { state in state.alerts.values.flatMap { $0 } } }
}
