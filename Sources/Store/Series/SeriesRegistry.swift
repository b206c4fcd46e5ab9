import Model
import Patterns
import Synchronization

/// Gives series their numbers, and finds the ones that are being written. Safe to use from every thread.
final class SeriesRegistry: Sendable {
    /// Where a series is written.
    enum Home {
        /// In a block of the target that asked.
        case own(Int64)
        /// In a block of another target that is being written: its samples go by themselves.
        case foreign(Int64)
    }

    private let state = Mutex(RegistryState())
    private let heads: HeadBook

    init(heads: HeadBook) { self.heads = heads }

    /// The home of a series for a target; what is new about it is added to the definitions.
    func resolve(_ labels: Labels, for target: Int64, now: Int64, _ definitions: inout [Definition]) throws -> Home {
        // `definitions` is inout of the caller, so it is filled outside of the closure's escape.
        var added: [Definition] = []
        defer { definitions.append(contentsOf: added) }
        return try state.withLock { state in
            if let entry = state.table.find(labels) {
                return state.home(of: state.table.ids[Int(entry)], for: target, heads, &added)
            }
            if let archive = state.archive, let found = try archive.find(labels) {
                _ = state.table.add(labels, id: found.series)
                let block = blockNumber(of: found.series)
                if state.blocks[block] == nil {
                    state.blocks[block] = RegistryState.Block(target: found.target, used: slotsPerBlock)
                }
                // Retention may be about to take the series away: saying again that it is there makes it stay.
                let metric = state.metric(labels.metric, &added)
                added.append(.block(id: block, target: found.target, window: window(of: now)))
                added.append(
                    .series(
                        id: found.series, metric: metric, hash: Int64(bitPattern: SeriesTable.hash(labels)),
                        labels: labelsJSON(labels)))
                return state.home(of: found.series, for: target, heads, &added)
            }
            let id = try state.newSeries(for: target, now: now, &added)
            let metric = state.metric(labels.metric, &added)
            added.append(
                .series(
                    id: id, metric: metric, hash: Int64(bitPattern: SeriesTable.hash(labels)),
                    labels: labelsJSON(labels)))
            _ = state.table.add(labels, id: id)
            return .own(id)
        }
    }

    /// Keeps a target's blocks for it while it has an appender.
    func retain(target: Int64) { state.withLock { $0.busyTargets[target, default: 0] += 1 } }

    /// Ends one `retain`; when the head holds nothing of it either, other targets may take its blocks over.
    func release(target: Int64) {
        state.withLock { state in
            guard let count = state.busyTargets[target] else { return }
            state.busyTargets[target] = count > 1 ? count - 1 : nil
        }
    }

    /// Lets go of the file.
    func close() { state.withLock { $0.archive = nil } }

    /// The number of series in memory.
    var count: Int { state.withLock { $0.table.count } }

    /// The series in memory that satisfy every matcher, and the time since when memory knows all series.
    func select(_ matchers: [CompiledMatcher]) -> (found: [Selection.Item], coveredSince: Int64) {
        state.withLock { state in
            let generation = state.generation
            let found = state.table.select(matchers).map { entry in
                Selection.Item(series: state.table.ids[Int(entry)], source: .table(entry, generation: generation))
            }
            return (found, state.coveredSince)
        }
    }

    /// The labels of an entry that `select` has found; nil when the table has been made anew since.
    func labels(_ entry: SeriesTable.Entry, generation: Int) -> Labels? {
        state.withLock { $0.generation == generation ? $0.table.labels(entry) : nil }
    }

    /// The blocks of a target that may have rows in the head, ascending.
    func blocks(of target: Int64) -> [BlockID] {
        state.withLock { state in state.blocks.filter { $0.value.target == target }.map(\.key).sorted() }
    }
}

// Filling the registry from the file.
extension SeriesRegistry {
    /// Loads the series that are being written, and were lately: the ones in blocks that reach into `window` or later, or
    /// whose target has samples in the head.
    func load(from connection: Connection, since window: Int64, archive: SeriesArchive?) throws {
        try state.withLock { state in
            state.generation += 1
            state.coveredSince = archive == nil ? .min : window * windowMilliseconds
            state.table = SeriesTable()
            state.blocks = [:]
            state.fillingBlock = [:]
            state.metrics = [:]
            state.archive = archive
            var names: [Int64: String] = [:]
            try connection.rows("SELECT metric_id, name FROM metrics") { row in
                names[row.integer(0)] = row.text(1)
                state.metrics[state.table.symbols.intern(row.text(1))] = row.integer(0)
            }
            state.nextMetric = (names.keys.max() ?? 0) + 1
            state.nextBlock = try (connection.integer("SELECT max(block_id) FROM blocks") ?? 0) + 1
            try connection.rows(
                """
                SELECT b.block_id, b.target_id, l.series_id, l.metric_id, l.labels
                FROM blocks b CROSS JOIN label_sets l ON l.series_id BETWEEN b.block_id << 7 AND (b.block_id << 7) + 127
                WHERE b.last_window >= ? OR b.target_id IN (SELECT DISTINCT target_id FROM scrapes)
                ORDER BY b.block_id
                """, .integer(window)
            ) { row in
                let block = row.integer(0)
                let target = row.integer(1)
                let id = row.integer(2)
                state.blocks[block] = RegistryState.Block(target: target, used: slot(of: id) + 1)
                state.fillingBlock[target] = block
                let found = storedLabels(metric: names[row.integer(3)] ?? "", json: row.text(4))
                if state.table.find(found) == nil { _ = state.table.add(found, id: id) }
            }
        }
    }
}
