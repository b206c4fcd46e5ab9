import Store
import Synchronization

/// How actions ended, until whoever decided on them looks the next time.
final class ActionEnds: Sendable {
    private struct State {
        /// By the group of thresholds, and the action.
        var thresholds: [Int64: [Int64: JudgingRound.End]] = [:]
        /// Of groups of alerts: whether an action succeeded.
        var told: [Int64: Bool] = [:]
    }

    private let state = Mutex(State())

    /// Notes the end of an action for whoever decided on it.
    func note(_ action: StoredAction, succeeded: Bool, at time: Int64) {
        state.withLock { state in
            if action.origin.hasPrefix(ToldGroup.origin) {
                state.told[action.id] = succeeded
            } else if let instance = Int64(action.origin), let cause = ThresholdWish.Cause(rawValue: action.cause) {
                state.thresholds[instance >> 20, default: [:]][action.id] = .init(
                    succeeded: succeeded, cause: cause, at: time)
            }
        }
    }

    /// An action that thresholds wait for is not in the file: it is as if it had failed.
    func note(missing action: Int64, group: Int64, at time: Int64) {
        state.withLock {
            $0.thresholds[group, default: [:]][action] = .init(succeeded: false, cause: .enter, at: time)
        }
    }

    /// Notes the end of an action that told of a group.
    func note(told action: Int64, succeeded: Bool) { state.withLock { $0.told[action] = succeeded } }

    /// Takes what has ended of a group of thresholds.
    func take(group: Int64) -> [Int64: JudgingRound.End] {
        state.withLock { $0.thresholds.removeValue(forKey: group) ?? [:] }
    }

    /// Takes what has been told of groups of alerts.
    func takeTold() -> [Int64: Bool] {
        state.withLock { state in
            let told = state.told
            state.told = [:]
            return told
        }
    }
}
