import Store
import Synchronization

/// How actions ended, until the group that waits for it is evaluated the next time.
final class ActionEnds: Sendable {
    private let ends = Mutex<[Int64: [Int64: JudgingRound.End]]>([:])

    /// Notes the end of an action for the group of the instance that it was decided on for.
    func note(_ action: StoredAction, succeeded: Bool, at time: Int64) {
        guard let instance = Int64(action.origin), let cause = ThresholdWish.Cause(rawValue: action.cause) else { return }
        ends.withLock { ends in
            ends[instance >> 20, default: [:]][action.id] = .init(succeeded: succeeded, cause: cause, at: time)
        }
    }

    /// An action that a group waits for is not in the file: it is as if it had failed.
    func note(missing action: Int64, group: Int64, at time: Int64) {
        ends.withLock { $0[group, default: [:]][action] = .init(succeeded: false, cause: .enter, at: time) }
    }

    /// Takes what has ended of a group.
    func take(group: Int64) -> [Int64: JudgingRound.End] { ends.withLock { $0.removeValue(forKey: group) ?? [:] } }
}
