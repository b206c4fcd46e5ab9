import Exposition
import Model
import Store

/// Writes series of a store as OpenMetrics with timestamps: family by family, series by series, a piece at a time.
struct Export {
    /// The bytes that are put together before they are written.
    private static let pieceSize = 1 << 18

    private let store: StoredSeries
    private let series: SortedSeries
    private let out: ([UInt8]) throws -> Void
    private var writer = ExpositionWriter(format: .openMetrics)

    init(
        _ store: StoredSeries, _ matchers: [LabelMatcher], from: Int64, to: Int64,
        out: @escaping ([UInt8]) throws -> Void
    ) throws {
        self.store = store
        self.out = out
        series = try SortedSeries(store, matchers, from: from, to: to)
    }

    /// Writes all of it.
    mutating func run() throws {
        for family in ExportFamily.all(of: try store.metricNames(), try store.families()) { try write(family) }
        writer.finish()
        try out(writer.bytes)
    }

    private mutating func write(_ family: ExportFamily) throws {
        // Nothing is said about a family that has no sample.
        var isDeclared = family.metadata == nil
        for metric in family.metrics {
            try series.forEach(of: metric) { labels, timestamps, values in
                let text = ExpositionWriter.text(of: labels)
                for (timestamp, value) in zip(timestamps, values) where !isStale(value) {
                    if !isDeclared, let metadata = family.metadata {
                        writer.family(
                            family.declared, family.type, help: readHelp(metadata.help), unit: metadata.unit)
                        isDeclared = true
                    }
                    writer.sample(text: text, value, timestamp: timestamp)
                    if writer.bytes.count >= Self.pieceSize {
                        try out(writer.bytes)
                        writer.removeAll()
                    }
                }
            }
        }
    }
}
