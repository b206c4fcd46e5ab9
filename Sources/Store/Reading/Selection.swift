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
        case past(PastMetric, SeriesTable.Entry)
        case file
    }

    private(set) var items: [Item] = []

    /// Selects from the series in memory, and from the file where the range reaches back behind what memory covers.
    init(
        _ matchers: [CompiledMatcher], from: Int64, in registry: SeriesRegistry, or connection: Connection,
        past: PastSeries.View?
    ) throws {
        let (found, covered) = registry.select(matchers)
        items = found
        items.putInOrder()
        if from < covered {
            let names = try connection.metricNames(matchers)
            var stored: [Item]
            if let metrics = try past?.metrics(names, connection) {
                stored = metrics.flatMap { metric in
                    metric.table.select(matchers).map { entry in
                        Item(series: metric.table.ids[Int(entry)], source: .past(metric, entry))
                    }
                }
            } else {
                stored = []
                for name in names { stored += try connection.series(of: name, matchers) }
            }
            stored.putInOrder()
            items = items.isEmpty ? stored : merged(items, stored)
        }
    }
}

extension [Selection.Item] {
    fileprivate mutating func putInOrder() {
        let isAscending = zip(self, dropFirst()).allSatisfy { $0.series <= $1.series }
        if !isAscending { sort { $0.series < $1.series } }
    }
}

/// The series of two ascending lists; one that is in both as the first has it.
private func merged(_ first: [Selection.Item], _ second: [Selection.Item]) -> [Selection.Item] {
    var merged: [Selection.Item] = []
    merged.reserveCapacity(first.count + second.count)
    var rest = second[...]
    for item in first {
        while let next = rest.first, next.series <= item.series {
            if next.series < item.series { merged.append(next) }
            rest.removeFirst()
        }
        merged.append(item)
    }
    return merged + rest
}

extension Connection {
    /// The names of metrics that satisfy the matchers.
    fileprivate func metricNames(_ matchers: [CompiledMatcher]) throws -> [String] {
        let conditions = matchers.filter { sameBytes($0.matcher.name, Labels.metricName) }
        let wanted = conditions.first { $0.matcher.operation == .equal }
        var names: [String] = []
        try rows(
            "SELECT name FROM metrics WHERE \(wanted == nil ? "?1 IS NULL" : "name = ?1")",
            wanted.map { .text($0.matcher.value) } ?? .null
        ) { row in
            let name = row.text(0)
            if conditions.allSatisfy({ $0.accepts(name) }) { names.append(name) }
        }
        return names
    }

    /// The series of a metric that satisfy the matchers.
    fileprivate func series(of metric: String, _ matchers: [CompiledMatcher]) throws -> [Selection.Item] {
        var found: [Selection.Item] = []
        try forEachSeries(of: metric) { series, labels in
            if matchers.allSatisfy({ $0.accepts(labels[$0.matcher.name] ?? "") }) {
                found.append(Selection.Item(series: series, source: .file))
            }
        }
        return found
    }
}
