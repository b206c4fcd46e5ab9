import Store

/// What waits and runs of one action. Adding and taking costs about the same however many wait.
struct OutboxLane {
    private struct Entry {
        var job: OutboxQueue.Job
        var isRunning = false
    }

    /// A job that has come to be the first of its line, by when it is due and then by number.
    private struct Candidate: Comparable {
        let due: Int64
        let id: Int64

        static func < (a: Candidate, b: Candidate) -> Bool { (a.due, a.id) < (b.due, b.id) }
    }

    /// Everything that has not ended, by number.
    private var entries: [Int64: Entry] = [:]
    /// The numbers of those about the same; the first is one that has not ended, and only that may be tried.
    private var lines: [OutboxQueue.Line: Heap<Int64>] = [:]
    /// Those that may be tried when they are due. The first is so indeed; behind it there may be some that have been overtaken.
    private var candidates = Heap<Candidate>()
    private var running = 0

    /// How many have not ended.
    var count: Int { entries.count }

    /// What waits.
    var waiting: [StoredAction] { entries.values.filter { !$0.isRunning }.map(\.job.action) }

    /// When the next one is due of those that can be tried; nil when none waits, or no more may run.
    func nextDue(limit: Int) -> Int64? { running < max(1, limit) ? candidates.first?.due : nil }

    /// Adds one, or puts one back that is to be tried again.
    mutating func add(_ job: OutboxQueue.Job) {
        let id = job.action.id
        if entries.updateValue(Entry(job: job), forKey: id) == nil {
            lines[job.action.line, default: Heap()].insert(id)
        }
        if lines[job.action.line]?.first == id { candidates.insert(Candidate(due: job.due, id: id)) }
        dropOvertaken()
    }

    /// Takes those out that may be started now, the earliest first.
    mutating func take(at now: Int64, limit: Int, into taken: inout [OutboxQueue.Job]) {
        while running < max(1, limit), let next = candidates.first, next.due <= now {
            candidates.removeFirst()
            if let job = entries[next.id]?.job { taken.append(job) }
            entries[next.id]?.isRunning = true
            running += 1
            dropOvertaken()
        }
    }

    /// An attempt has ended; what is to be tried again is added again.
    mutating func finishedAttempt() { running -= 1 }

    /// One has ended for good: the next about the same may be tried.
    mutating func remove(_ action: StoredAction) {
        guard entries.removeValue(forKey: action.id) != nil else { return }
        let line = action.line
        let wasFirst = lines[line]?.first == action.id
        while let first = lines[line]?.first, entries[first] == nil { lines[line]?.removeFirst() }
        if let next = lines[line]?.first {
            if wasFirst, let entry = entries[next] { candidates.insert(Candidate(due: entry.job.due, id: next)) }
        } else {
            lines[line] = nil
        }
        dropOvertaken()
    }

    /// Drops candidates until the first one can be tried when it is due.
    private mutating func dropOvertaken() {
        while let first = candidates.first, !canBeTried(first) { candidates.removeFirst() }
    }

    private func canBeTried(_ candidate: Candidate) -> Bool {
        guard let entry = entries[candidate.id], !entry.isRunning else { return false }
        return lines[entry.job.action.line]?.first == candidate.id
    }
}
