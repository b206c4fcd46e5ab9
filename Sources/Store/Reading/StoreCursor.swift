import Model
import Patterns

/// Goes through selected series in the order of the file, block by block.
final class StoreCursor: SeriesCursor {
    private let registry: SeriesRegistry
    private let items: [Selection.Item]
    private var transaction: ReadTransaction?
    private var reader: BlockReader?
    private var at = -1
    private var block: BlockID = -1
    private var isRead = false

    init(
        _ matchers: [LabelMatcher], from: Int64, to: Int64, registry: SeriesRegistry, pool: ReaderPool,
        waiting: WaitingSamples
    )
        throws
    {
        let compiled = try matchers.map { try CompiledMatcher($0) }
        let transaction = try pool.borrow()
        self.registry = registry
        self.transaction = transaction
        items = try Selection(compiled, from: from, in: registry, or: transaction.connection).items
        reader = try BlockReader(transaction.connection, from: from, to: to, waiting: waiting)
    }

    var seriesCount: Int { items.count }

    var seriesID: Int64 { items.indices.contains(at) ? items[at].series : 0 }

    func next() throws -> Bool {
        guard let reader, at + 1 < items.count else { return false }
        at += 1
        isRead = false
        let next = blockNumber(of: items[at].series)
        if next != block {
            block = next
            var slots: [Int] = []
            for item in items[at...] {
                guard blockNumber(of: item.series) == block else { break }
                slots.append(slot(of: item.series))
            }
            try reader.move(to: block, slots: slots)
        }
        return true
    }

    var labels: Labels {
        get throws {
            guard items.indices.contains(at), let transaction else { return .none }
            let item = items[at]
            return try registry.labels(of: item) ?? transaction.connection.labels(of: item.series)
        }
    }

    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        guard let reader, items.indices.contains(at) else {
            return try body(UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
        }
        if !isRead {
            try reader.read(slot: slot(of: items[at].series))
            isRead = true
        }
        return try reader.samples.timestamps.withUnsafeBufferPointer { timestamps in
            try reader.samples.values.withUnsafeBufferPointer { values in try body(timestamps, values) }
        }
    }

    func close() {
        reader = nil
        transaction?.end()
        transaction = nil
    }
}
