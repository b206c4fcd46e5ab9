import Store

/// Which actions wait, and which may be started: a plain value without clock or threads.
///
/// What one action does slowly delays no other action. Of one action, what is about the same series of a rule is done one after
/// the other in the order in which it was decided on, so that nobody hears of an end before the beginning.
struct OutboxQueue {
    /// An action in the queue.
    struct Job: Sendable {
        var action: StoredAction
        /// When it is to be tried next, by a clock that nobody sets.
        var due: Int64
    }

    /// What actions are about: a rule, and a series of it.
    struct Line: Hashable, Sendable {
        let rule: String
        let series: String
    }

    /// By the names of actions.
    private var lanes: [String: OutboxLane] = [:]

    /// How many have not ended.
    var count: Int { lanes.values.reduce(0) { $0 + $1.count } }

    /// Adds an action, or puts one back that is to be tried again.
    mutating func add(_ job: Job) { lanes[job.action.action, default: OutboxLane()].add(job) }

    /// Takes those out that may be started now: each action has a limit of how many run at a time.
    mutating func take(at now: Int64, limit: (String) -> Int) -> [Job] {
        var taken: [Job] = []
        // A copy of the names: with the lanes in two hands each would be copied as a whole before it changes.
        for name in Array(lanes.keys) { lanes[name]?.take(at: now, limit: limit(name), into: &taken) }
        return taken
    }

    /// An attempt has ended; what is to be tried again is added again.
    mutating func finishedAttempt(_ job: Job) { lanes[job.action.action]?.finishedAttempt() }

    /// An action has ended for good.
    mutating func remove(_ action: StoredAction) { lanes[action.action]?.remove(action) }

    /// Takes those out that wait and satisfy a condition, for good.
    mutating func removeWaiting(where isWanted: (StoredAction) -> Bool) -> [StoredAction] {
        let found = lanes.values.flatMap { $0.waiting.filter(isWanted) }
        for action in found { remove(action) }
        return found.sorted { $0.id < $1.id }
    }

    /// When the next one is due of those that could be started; nil when none waits.
    func nextDue(limit: (String) -> Int) -> Int64? {
        lanes.compactMap { name, lane in lane.nextDue(limit: limit(name)) }.min()
    }
}

extension StoredAction {
    /// What it is about.
    var line: OutboxQueue.Line { .init(rule: rule, series: series) }
}
