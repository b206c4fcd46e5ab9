import Model
import Patterns

/// Goes through selected series in the order of the file, block by block.
final class StoreCursor: SeriesCursor {
    private let registry: SeriesRegistry
    private let items: [Selection.Item]
    private var transaction: ReadTransaction?
    private var series: ReadAhead?
    private var at = -1
    private var present = ReadAhead.Decoded(items: 0..<0, batch: SampleBatch())

    init(
        _ matchers: [LabelMatcher], from: Int64, to: Int64, registry: SeriesRegistry, pool: ReaderPool,
        waiting: WaitingSamples
    ) throws {
        let compiled = try matchers.map { try CompiledMatcher($0) }
        let cached = pool.chunks?.view()
        let past = registry.past?.view()
        let transaction = try pool.borrow()
        self.registry = registry
        self.transaction = transaction
        items = try Selection(compiled, from: from, in: registry, or: transaction.connection, past: past).items
        series = ReadAhead(
            items,
            from: try BlockRowsReader(transaction.connection, from: from, to: to, waiting: waiting, cached: cached))
    }

    deinit { close() }

    var seriesCount: Int { items.count }

    var seriesID: Int64 { items.indices.contains(at) ? items[at].series : 0 }

    func next() throws -> Bool {
        guard transaction != nil, at + 1 < items.count else { return false }
        at += 1
        return true
    }

    var labels: Labels {
        get throws {
            guard items.indices.contains(at), let transaction, let series else { return .none }
            return try registry.labels(of: items[at])
                ?? series.withFile { try transaction.connection.labels(of: items[at].series) }
        }
    }

    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        guard let series, items.indices.contains(at) else {
            return try body(UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
        }
        while at >= present.items.upperBound {
            let used = present.batch
            present.batch = SampleBatch()
            guard let next = try series.next(reusing: used) else { break }
            present = next
        }
        let range = present.batch.range(at - present.items.lowerBound)
        let samples = present.batch.samples
        return try samples.timestamps.withUnsafeBufferPointer { timestamps in
            try samples.values.withUnsafeBufferPointer { values in
                try body(
                    UnsafeBufferPointer(rebasing: timestamps[range]), UnsafeBufferPointer(rebasing: values[range]))
            }
        }
    }

    func close() {
        series?.close()
        series = nil
        present = ReadAhead.Decoded(items: 0..<0, batch: SampleBatch())
        transaction?.end()
        transaction = nil
    }
}
