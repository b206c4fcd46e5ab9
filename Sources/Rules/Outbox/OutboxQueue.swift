import Store

/// Which actions wait, and which may be started: a plain value without clock or threads.
///
/// What one action does slowly delays no other action. Of one action, what is about the same series of a rule is done one after
/// the other in the order in which it was decided on, so that nobody hears of an end before the beginning.
struct OutboxQueue {
    /// An action in the queue.
    struct Job: Sendable {
        var action: StoredAction
        /// When it is to be tried next.
        var due: Int64
    }

    private struct Lane {
        /// By the time at which they are due, then by number.
        var waiting: [Job] = []
        var running = 0
        /// The numbers of those about the same, ascending: only the first may be tried.
        var lines: [Line: [Int64]] = [:]
    }

    /// What actions are about: a rule, and a series of it.
    struct Line: Hashable, Sendable {
        let rule: String
        let series: String
    }

    private var lanes: [String: Lane] = [:]
    private(set) var count = 0

    /// Adds an action, or puts one back that is to be tried again.
    mutating func add(_ job: Job) {
        let isNew = insert(job)
        if isNew { count += 1 }
    }

    private mutating func insert(_ job: Job) -> Bool {
        var lane = lanes[job.action.action] ?? Lane()
        defer { lanes[job.action.action] = lane }
        let place = lane.waiting.firstIndex { (job.due, job.action.id) < ($0.due, $0.action.id) } ?? lane.waiting.count
        lane.waiting.insert(job, at: place)
        var line = lane.lines[job.line] ?? []
        defer { lane.lines[job.line] = line }
        if line.contains(job.action.id) { return false }
        line.insert(job.action.id, at: line.firstIndex { $0 > job.action.id } ?? line.count)
        return true
    }

    /// Takes those out that may be started now: each action has a limit of how many run at a time.
    mutating func take(at now: Int64, limit: (String) -> Int) -> [Job] {
        var taken: [Job] = []
        for name in lanes.keys {
            guard var lane = lanes[name] else { continue }
            let most = max(1, limit(name))
            var index = 0
            while index < lane.waiting.count, lane.running < most {
                let job = lane.waiting[index]
                if job.due > now { break }
                guard lane.lines[job.line]?.first == job.action.id else {
                    index += 1
                    continue
                }
                lane.waiting.remove(at: index)
                lane.running += 1
                taken.append(job)
            }
            lanes[name] = lane
        }
        return taken
    }

    /// An attempt has ended; what is to be tried again is added again.
    mutating func finishedAttempt(_ job: Job) {
        lanes[job.action.action]?.running -= 1
    }

    /// An action has ended for good.
    mutating func remove(_ action: StoredAction) {
        guard var lane = lanes[action.action] else { return }
        let line = action.line
        guard let place = lane.lines[line]?.firstIndex(of: action.id) else { return }
        lane.lines[line]?.remove(at: place)
        if lane.lines[line]?.isEmpty == true { lane.lines[line] = nil }
        lane.waiting.removeAll { $0.action.id == action.id }
        count -= 1
        lanes[action.action] = lane.lines.isEmpty && lane.running == 0 ? nil : lane
    }

    /// Takes those out that wait and satisfy a condition, for good.
    mutating func removeWaiting(where isWanted: (StoredAction) -> Bool) -> [StoredAction] {
        let found = lanes.values.flatMap { $0.waiting.map(\.action).filter(isWanted) }
        for action in found { remove(action) }
        return found.sorted { $0.id < $1.id }
    }

    /// When the next one is due of those that could be started; nil when none waits.
    func nextDue(limit: (String) -> Int) -> Int64? {
        var next: Int64?
        for (name, lane) in lanes where lane.running < max(1, limit(name)) {
            // One that is behind another of its line is looked at when that one has ended.
            guard let first = lane.waiting.first(where: { lane.lines[$0.line]?.first == $0.action.id }) else {
                continue
            }
            next = min(next ?? .max, first.due)
        }
        return next
    }
}

extension OutboxQueue.Job {
    fileprivate var line: OutboxQueue.Line { action.line }
}

extension StoredAction {
    /// What it is about.
    var line: OutboxQueue.Line { .init(rule: rule, series: series) }
}
