import Model
import Synchronization

/// Gives targets their numbers, without waiting for the disk: the row follows with the batch.
final class TargetBook: Sendable {
    private struct State {
        var ids: [[UInt8]: Int64] = [:]
        var next: Int64 = 1
        /// The ones that are scraped.
        var active: Set<Int64> = []
    }

    private let state = Mutex(State())

    /// Reads what the file knows.
    func load(from connection: Connection) throws {
        var ids: [[UInt8]: Int64] = [:]
        try connection.rows("SELECT identity, target_id FROM targets WHERE state <> 'dropped'") { row in
            ids[Array(row.bytes(0))] = row.integer(1)
        }
        let largest = try connection.integer(
            "SELECT max(target_id) FROM targets WHERE target_id < ?", .integer(largestNumber))
        let next = max(0, largest ?? 0) + 1
        state.withLock { $0 = State(ids: ids, next: next) }
    }

    /// So many numbers that no other target gets; the first of them.
    func reserve(_ count: Int) -> Int64 {
        state.withLock { state in
            defer { state.next += Int64(count) }
            return state.next
        }
    }

    /// The number of a target that is scraped from now on.
    func begin(_ target: TargetDescription) -> Int64 {
        let identity = target.identity
        return state.withLock { state in
            let id = state.ids[identity] ?? state.next
            if id == state.next { state.next += 1 }
            state.ids[identity] = id
            state.active.insert(id)
            return id
        }
    }

    /// Notes that a target is not scraped any more.
    func end(_ id: Int64) { state.withLock { _ = $0.active.remove(id) } }

    /// Gives up the numbers of those targets that are not scraped; returns which. One that comes back gets another.
    func giveUp(_ candidates: [(id: Int64, identity: [UInt8])]) -> [Int64] {
        state.withLock { state in
            var given: [Int64] = []
            for target in candidates where !state.active.contains(target.id) {
                if state.ids[target.identity] == target.id { state.ids[target.identity] = nil }
                given.append(target.id)
            }
            return given
        }
    }

    /// How many targets have numbers.
    var count: Int { state.withLock { $0.ids.count } }
}

extension Store {
    /// The number of a target; the batch will say in the file that it is scraped from now on.
    public func begin(_ target: TargetDescription, in batch: WriteBatch) -> Int64 {
        let id = targets.begin(target)
        batch.definitions.append(.target(id: id, target))
        heads.setGone(id, false)
        return id
    }

    /// Says that no target is known any more: at a start, before the ones there are begin. Which ones there were when the
    /// process ended says nothing.
    public func endAllTargets(in batch: WriteBatch) { batch.definitions.append(.allTargetsGone(at: clock.now())) }

    /// Says that a target is not there any more. What the head holds of it will be closed soon.
    public func end(target: Int64, in batch: WriteBatch) {
        targets.end(target)
        batch.definitions.append(.targetGone(id: target, at: clock.now()))
    }

    /// Replaces the targets of a job that relabelling drops, as they are to be shown.
    public func replaceDropped(job: String, _ dropped: [TargetDescription]) async throws {
        // Not whatever number the file has free: it may be given to a target whose row is still on its way.
        let first = targets.reserve(dropped.count)
        try await writer.perform { connection in
            try connection.run("DELETE FROM targets WHERE job = ? AND state = 'dropped'", .text(job))
            for (index, target) in dropped.enumerated() {
                // Dropped targets have no identity of their own: the same one may be dropped many times.
                let identity = Array("dropped \(job) \(index)".utf8)
                try connection.run(
                    """
                    INSERT INTO targets
                        (target_id, identity, job, instance, url, labels, discovered, interval_ms, timeout_ms, state)
                    VALUES (?, ?, ?, '', '', '{}', ?, 0, 0, 'dropped')
                    """, .integer(first + Int64(index)), .blob(identity), .text(job),
                    .text(labelsJSON(target.discovered)))
            }
        }
    }

    /// The targets that are scraped, and the ones that relabelling drops.
    public func targetStatuses() throws -> [TargetStatus] {
        try readers.read { connection in
            var found: [TargetStatus] = []
            try connection.rows(
                """
                SELECT target_id, job, instance, url, labels, discovered, interval_ms, timeout_ms, state, health, last_scrape,
                    duration_seconds, samples, last_error
                FROM targets WHERE state <> 'gone' ORDER BY job, url, instance
                """
            ) { row in
                let target = TargetDescription(
                    job: row.text(1), instance: row.text(2), url: row.text(3),
                    labels: storedLabels(metric: "", json: row.text(4)),
                    discovered: storedLabels(metric: "", json: row.text(5)), intervalMilliseconds: row.integer(6),
                    timeoutMilliseconds: row.integer(7))
                found.append(
                    TargetStatus(
                        id: row.integer(0), target: target, state: .init(rawValue: row.text(8)) ?? .gone,
                        health: row.text(9), lastScrape: row.isNull(10) ? nil : row.integer(10),
                        durationSeconds: row.real(11), samples: row.integer(12), lastError: row.text(13)))
            }
            return found
        }
    }
}
