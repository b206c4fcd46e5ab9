import Store
import Synchronization

/// How actions ended, until whoever decided on them looks the next time.
final class ActionEnds: Sendable {
    private struct State {
        /// Of thresholds.
        var thresholds: [Int64: JudgingRound.End] = [:]
        /// Of groups of alerts: whether an action succeeded.
        var told: [Int64: Bool] = [:]
    }

    /// The origin of actions that a threshold waits for.
    static let threshold = "threshold"

    private let state = Mutex(State())

    /// Notes the end of an action for whoever decided on it. One that failed for good is decided on again only after a pause.
    func note(_ action: StoredAction, succeeded: Bool, at time: Int64, pause: Int64? = nil) {
        state.withLock { state in
            if action.origin.hasPrefix(GroupName.origin) {
                state.told[action.id] = succeeded
            } else if action.origin == Self.threshold, let cause = ThresholdWish.Cause(rawValue: action.cause) {
                state.thresholds[action.id] = .init(succeeded: succeeded, cause: cause, at: time, pause: pause)
            }
        }
    }

    /// An action that thresholds wait for is not in the file: it is as if it had failed.
    func note(missing action: Int64, at time: Int64) {
        state.withLock { $0.thresholds[action] = .init(succeeded: false, cause: .enter, at: time) }
    }

    /// Notes the end of an action that told of a group.
    func note(told action: Int64, succeeded: Bool) { state.withLock { $0.told[action] = succeeded } }

    /// Forgets the ends that nobody waits for any more: `unwanted` says which of those that are noted now.
    func forget(_ unwanted: (Set<Int64>) -> Set<Int64>) {
        // Asked outside: who waits for an end holds a lock of its own.
        let noted = state.withLock { Set($0.thresholds.keys) }
        let gone = unwanted(noted)
        state.withLock { state in for id in gone { state.thresholds[id] = nil } }
    }

    /// Takes how an action of a threshold ended; nil when it has not.
    func take(_ action: Int64) -> JudgingRound.End? { state.withLock { $0.thresholds.removeValue(forKey: action) } }

    /// Takes what has been told of groups of alerts.
    func takeTold() -> [Int64: Bool] {
        state.withLock { state in
            let told = state.told
            state.told = [:]
            return told
        }
    }
}
