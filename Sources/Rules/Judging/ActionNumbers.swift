import Synchronization

/// Gives out the numbers of actions, and the keys by which receivers know them.
final class ActionNumbers: Sendable {
    private let last: Mutex<Int64>
    private let appliance: String

    /// Numbers behind the last one that was given out; `appliance` tells ours from those of others.
    init(after last: Int64, appliance: String) {
        self.last = Mutex(last)
        self.appliance = appliance
    }

    /// The next number and its key. The time is in the key because a number that never came into the file is given out again.
    func next(decided: Int64) -> (id: Int64, key: String) {
        let id = last.withLock { last in
            last += 1
            return last
        }
        return (id, "\(appliance)-\(decided)-\(id)")
    }
}
