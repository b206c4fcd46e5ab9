import Model
import Patterns

/// The series that a query asks for, in the order of their numbers.
struct Selection {
    /// A series and where its labels are.
    struct Item {
        var series: Int64
        var source: Source
    }

    enum Source {
        case table(SeriesTable.Entry, generation: Int)
        case file
    }

    private(set) var items: [Item] = []

    /// Selects from the series in memory, and from the file where the range reaches back behind what memory covers.
    init(
        _ matchers: [CompiledMatcher], from: Int64, in registry: SeriesRegistry, or connection: Connection
    ) throws {
        let (found, covered) = registry.select(matchers)
        items = found
        if from < covered {
            var known: Set<Int64> = []
            for item in found { known.insert(item.series) }
            try addStored(matchers, except: known, connection)
        }
        items.sort { $0.series < $1.series }
    }

    private mutating func addStored(
        _ matchers: [CompiledMatcher], except known: Set<Int64>, _ connection: Connection
    ) throws {
        let metric = matchers.first { sameBytes($0.matcher.name, Labels.metricName) && $0.matcher.operation == .equal }
        let condition = metric == nil ? "?1 IS NULL" : "m.name = ?1"
        var added: [Item] = []
        try connection.rows(
            """
            SELECT l.series_id, m.name, l.labels
            FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id
            WHERE \(condition)
            """, metric.map { .text($0.matcher.value) } ?? .null
        ) { row in
            let series = row.integer(0)
            if known.contains(series) { return }
            let found = storedLabels(metric: row.text(1), json: row.text(2))
            if matchers.allSatisfy({ $0.accepts(found[$0.matcher.name] ?? "") }) {
                added.append(Item(series: series, source: .file))
            }
        }
        items.append(contentsOf: added)
    }
}
