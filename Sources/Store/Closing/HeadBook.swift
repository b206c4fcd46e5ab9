import Synchronization

/// How many rows each target has in the head, and since when: what the closer goes by.
final class HeadBook: Sendable {
    fileprivate struct Entry {
        /// Rows in the file.
        var count = 0
        /// Rows on their way to the writer.
        var posted = 0
        var oldest: Int64?
        /// The number of rows at which the next part is closed.
        var threshold: Int
        /// No more rows will come.
        var isGone = false
        /// Its rows come in parts.
        var hasParts = false
        /// Of these times more has come since the closing began that is under way.
        var grown: Set<Int64> = []
    }

    /// So many of the newest rows are left open where rows come in parts.
    private static let restlessRows = 4

    private let entries = Mutex<[Int64: Entry]>([:])
    private let rowsPerPart: Int

    init(rowsPerPart: Int) { self.rowsPerPart = rowsPerPart }

    /// Notes that a row of a target is on its way.
    func posted(_ target: Int64) {
        entries.withLock { $0[target, default: Entry(threshold: firstThreshold(target))].posted += 1 }
    }

    /// Notes that rows which were on their way have arrived in the file or are given up.
    func arrived(_ target: Int64) {
        entries.withLock { entries in
            guard var entry = entries[target] else { return }
            entry.posted = max(0, entry.posted - 1)
            entries[target] = entry.isForgettable ? nil : entry
        }
    }

    /// Notes that a target got a row; true when that makes it due.
    func added(_ target: Int64, at timestamp: Int64, isPart: Bool = false) -> Bool {
        entries.withLock { entries in
            var entry = entries[target] ?? Entry(threshold: firstThreshold(target))
            entry.count += 1
            entry.hasParts = entry.hasParts || isPart
            entry.oldest = min(entry.oldest ?? timestamp, timestamp)
            entries[target] = entry
            return entry.count >= entry.threshold
        }
    }

    /// Notes what a target has in the head when the store is opened.
    func found(_ target: Int64, count: Int, oldest: Int64) {
        entries.withLock { $0[target] = Entry(count: count, oldest: oldest, threshold: firstThreshold(target)) }
    }

    /// Notes that a target got more of a time that has a row already. To be called on the writer's thread after the commit.
    func grown(_ target: Int64, at timestamp: Int64) {
        entries.withLock { _ = $0[target]?.grown.insert(timestamp) }
    }

    /// Notes that the oldest rows of a target are about to be read and closed; returns how many of `limit`. The newest rows of a
    /// target whose rows come in parts are likely to grow: they are left, unless there is hardly anything else.
    func beginClosing(_ target: Int64, limit: Int) -> Int {
        entries.withLock { entries in
            guard let entry = entries[target] else { return limit }
            entries[target]?.grown.removeAll()
            return entry.hasParts && entry.count > 2 * Self.restlessRows
                ? min(limit, entry.count - Self.restlessRows) : limit
        }
    }

    /// Whether more has come of one of these times since `beginClosing`: what was read is not all there is. It is tried again
    /// when some more rows have come.
    func hasGrown(_ target: Int64, _ timestamps: [Int64]) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[target], timestamps.contains(where: entry.grown.contains) else { return false }
            entries[target]?.threshold = entry.count + Self.restlessRows
            return true
        }
    }

    /// Notes that rows have been closed.
    func closed(_ target: Int64, count: Int, oldest: Int64?) {
        entries.withLock { entries in
            guard var entry = entries[target] else { return }
            entry.count = max(0, entry.count - count)
            entry.oldest = oldest
            entry.threshold = rowsPerPart
            entries[target] = entry.isForgettable ? nil : entry
        }
    }

    /// Notes that a target is gone, or has come back.
    func setGone(_ target: Int64, _ isGone: Bool) {
        entries.withLock { entries in
            guard var entry = entries[target] else { return }
            entry.isGone = isGone
            entries[target] = entry.isForgettable ? nil : entry
        }
    }

    /// The targets whose oldest part is to be closed.
    func due(now: Int64) -> [Int64] {
        entries.withLock { entries in
            entries.filter { entry in
                guard let oldest = entry.value.oldest, entry.value.count > 0 else { return false }
                return entry.value.count >= entry.value.threshold || entry.value.isGone
                    || now &- oldest >= windowMilliseconds
            }.map(\.key).sorted()
        }
    }

    /// All targets that have rows.
    func all() -> [Int64] { entries.withLock { $0.filter { $0.value.count > 0 }.map(\.key).sorted() } }

    /// The number of rows that a target has in the file.
    func count(of target: Int64) -> Int { entries.withLock { $0[target]?.count ?? 0 } }

    /// Whether a target has no rows, and none on their way.
    func isIdle(_ target: Int64) -> Bool {
        entries.withLock { entries in entries[target].map { $0.count == 0 && $0.posted == 0 } ?? true }
    }

    /// Targets that began together are closed at different times: the first part of each has a length of its own.
    private func firstThreshold(_ target: Int64) -> Int {
        let spread = UInt64(bitPattern: target) &* 0x9e37_79b9_7f4a_7c15 >> 33
        return rowsPerPart / 2 + Int(spread % UInt64(max(1, rowsPerPart)))
    }
}

extension HeadBook.Entry {
    fileprivate var isForgettable: Bool { isGone && count == 0 && posted == 0 }
}
