import Model
import Patterns
import Synchronization

/// Gives series their numbers, and finds the ones that are being written. Safe to use from every thread.
final class SeriesRegistry: Sendable {
    /// Where a series is written.
    struct Home {
        var series: Int64
        /// In a block of another target that is being written: its samples go by themselves.
        var isForeign: Bool
        var pin: BlockPin
    }

    let state = Mutex(RegistryState())
    private let heads: HeadBook
    /// What queries have read of series that are not in the registry; nil where each query is the only one.
    let past: PastSeries?

    init(heads: HeadBook, largestBlock: BlockID, past: PastSeries? = PastSeries()) {
        self.heads = heads
        self.past = past
        state.withLock { $0.largestBlock = largestBlock }
    }

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
                let block = blockNumber(of: found.series)
                if state.blocks[block] == nil {
                    // It is not filled up any more: which of its slots were ever used is not known here.
                    state.addBlock(block, RegistryState.Block(target: found.target, used: slotsPerBlock))
                }
                state.addSeries(labels, id: found.series)
                // Retention may be about to take the series away: saying again that it is there makes it stay.
                let metric = try state.metric(labels.metric, &added)
                // Another series of the block may just have taken it along to another target.
                let owner = state.blocks[block]?.target ?? found.target
                added.append(.block(id: block, target: owner, window: window(of: now)))
                added.append(definition(of: found.series, labels, metric: metric))
                return state.home(of: found.series, for: target, heads, &added)
            }
            let metric = try state.metric(labels.metric, &added)
            let id = try state.newSeries(for: target, now: now, &added)
            added.append(definition(of: id, labels, metric: metric))
            state.addSeries(labels, id: id)
            return state.home(of: id, for: target, heads, &added)
        }
    }

    func definition(of series: Int64, _ labels: Labels, metric: Int64) -> Definition {
        .series(
            id: series, metric: metric, hash: SeriesTable.storedHash(labels), labels: labelsJSON(labels))
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

    /// The labels of a series that was selected; nil when memory does not have them, or not any more.
    func labels(of item: Selection.Item) -> Labels? {
        switch item.source {
        case .table(let entry, let generation):
            state.withLock { $0.generation == generation ? $0.table.labels(entry) : nil }
        case .past(let metric, let entry): metric.table.labels(entry)
        case .file: nil
        }
    }

    /// The blocks of a target that may have rows in the head, ascending.
    func blocks(of target: Int64) -> [BlockID] {
        state.withLock { $0.blocks(of: target) }
    }
}
