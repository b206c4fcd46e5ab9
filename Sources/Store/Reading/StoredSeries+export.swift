import Model
import Patterns

// What an export asks for: all samples in an order that does not depend on the numbers of series.
extension StoredSeries {
    /// The names of all metrics.
    public func metricNames() throws -> [String] {
        try readers.read { connection in
            var names: [String] = []
            try connection.rows("SELECT name FROM metrics") { names.append($0.text(0)) }
            return names
        }
    }

    /// What is known about families of metrics.
    public func families() throws -> [FamilyMetadata] {
        try readers.read { connection in
            var found: [FamilyMetadata] = []
            try connection.rows("SELECT family, type, help, unit FROM metadata") { row in
                found.append(
                    FamilyMetadata(family: row.text(0), type: row.text(1), help: row.text(2), unit: row.text(3)))
            }
            return found
        }
    }
}

/// Reads the series of one metric after the other, each with all its samples, in the order of their labels.
///
/// The file has its series in another order, 128 in a block. So as many as there is room for are read block by block and
/// handed out by label. A state of the file is held only that long: an appliance may be writing it.
public final class SortedSeries {
    /// The samples that are held at once, nearly: 32 MB.
    private static let held = 2 << 20
    /// The windows whose chunks of a block are held at once: a day.
    private static let windowsAtOnce = 12

    private let source: StoredSeries
    private let archive: SeriesArchive
    private let matchers: [CompiledMatcher]
    private let from: Int64
    private let to: Int64
    /// How many series are read together.
    private var together = 1

    /// A reader of the series that satisfy every matcher, of their samples in a range of time.
    public init(_ source: StoredSeries, _ matchers: [LabelMatcher], from: Int64, to: Int64) throws {
        self.source = source
        self.matchers = try matchers.map { try CompiledMatcher($0) }
        self.from = max(0, from)
        self.to = min(to, latestTimestamp)
        archive = try SeriesArchive(path: source.path)
    }

    /// Calls `body` with the series of a metric that have samples. The columns are lent for the call only.
    public func forEach(
        of metric: String,
        _ body: (Labels, UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Double>) throws -> Void
    ) throws {
        let series = try find(metric)
        var start = 0
        while start < series.count {
            let batch = series[start..<min(series.count, start + together)]
            start = batch.endIndex
            let read = try self.read(batch.map(\.id))
            var samples = 0
            for (labels, id) in batch {
                guard let columns = read[id], !columns.timestamps.isEmpty else { continue }
                samples += columns.timestamps.count
                try columns.timestamps.withUnsafeBufferPointer { timestamps in
                    try columns.values.withUnsafeBufferPointer { values in try body(labels, timestamps, values) }
                }
            }
            // The next ones may have more samples than these: not too many at once.
            together = max(1, min(8 * together, Self.held / max(1, samples / batch.count)))
        }
    }

    private func find(_ metric: String) throws -> [(labels: Labels, id: Int64)] {
        let name = try CompiledMatcher(LabelMatcher(Labels.metricName, .equal, metric))
        let wanted = matchers.filter { sameBytes($0.matcher.name, Labels.metricName) }
        guard wanted.allSatisfy({ $0.accepts(metric) }) else { return [] }
        let items = try source.readers.read { connection in
            try Selection([name] + matchers, from: from, in: source.registry, or: connection, past: nil).items
        }
        var found: [(labels: Labels, id: Int64)] = []
        for item in items {
            // Retention may have taken it away since.
            if let labels = try archive.labels(of: item.series) { found.append((labels, item.series)) }
        }
        return found.sorted { $0.labels < $1.labels }
    }

    private func read(_ series: [Int64]) throws -> [Int64: SampleColumns] {
        var found: [Int64: SampleColumns] = [:]
        let sorted = series.sorted()
        try source.readers.read { connection in
            for slice in try slices(connection) {
                let reader = try BlockRowsReader(
                    connection, from: slice.lowerBound, to: slice.upperBound, waiting: WaitingSamples([]))
                let decoder = SeriesDecoder()
                var batch = SampleBatch()
                var at = 0
                while at < sorted.count {
                    let block = blockNumber(of: sorted[at])
                    let own = sorted[at...].prefix { blockNumber(of: $0) == block }
                    let slots = own.map { slot(of: $0) }
                    batch.clear()
                    decoder.decode(
                        try reader.read(block, slots: slots), slots: slots, from: reader.from, to: reader.to,
                        into: &batch)
                    for (number, id) in own.enumerated() {
                        let range = batch.range(number)
                        found[id, default: SampleColumns()].timestamps += batch.samples.timestamps[range]
                        found[id]?.values += batch.samples.values[range]
                    }
                    at = own.endIndex
                }
            }
        }
        return found
    }

    /// The range in slices of some windows each: a block is read whole, and a year of it would not fit into memory.
    private func slices(_ connection: Connection) throws -> [ClosedRange<Int64>] {
        guard from <= to else { return [] }
        var slices: [ClosedRange<Int64>] = []
        var begin = from
        var windows = 0
        try connection.rows(
            "SELECT window_id FROM windows WHERE window_id BETWEEN ? AND ? ORDER BY window_id",
            .integer(window(of: from)), .integer(window(of: to))
        ) { row in
            let start = row.integer(0) * windowMilliseconds
            if windows == Self.windowsAtOnce, start > begin {
                slices.append(begin...(start - 1))
                begin = start
                windows = 0
            }
            windows += 1
        }
        return slices + [begin...to]
    }
}
