import Model
import Patterns

// Which series and labels there are, without their samples.
extension Store: LabelSource {
    /// The series of any of the selections, each once, in the order of their numbers.
    public func series(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> any SeriesList {
        try withSelected(selections, from: from, to: to) { items, _ in
            StoredSeriesList(items: items, registry: registry, readers: readers)
        }
    }

    /// The names of their labels, in byte order.
    public func labelNames(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> [String] {
        if selections.isEmpty, from <= 0, to >= latestTimestamp { return try labelNames() }
        return try withSelected(selections, from: from, to: to) { items, connection in
            var names = registry.labelNames(of: items)
            for item in names.elsewhere {
                for pair in try item.labels(or: connection).pairs { names.found.insert(ByteString(pair.name)) }
            }
            return names.sorted
        }
    }

    /// The values that a label has among them, in byte order.
    public func labelValues(
        _ name: String, _ selections: [[LabelMatcher]], from: Int64, to: Int64
    ) throws -> [String] {
        if selections.isEmpty, from <= 0, to >= latestTimestamp { return try labelValues(name) }
        return try withSelected(selections, from: from, to: to) { items, connection in
            var values = registry.labelValues(name, of: items)
            for item in values.elsewhere {
                if let value = try item.labels(or: connection)[name] { values.found.insert(ByteString(value)) }
            }
            return values.sorted
        }
    }

    /// Calls `body` with the series of any of the selections that have samples in the range, nearly.
    private func withSelected<Result>(
        _ selections: [[LabelMatcher]], from: Int64, to: Int64,
        _ body: ([Selection.Item], Connection) throws -> Result
    ) throws -> Result {
        // What waits is looked at first: what is committed in between is seen twice.
        let waiting = WaitingSamples(writer.currentCondition().waiting)
        let past = registry.past?.view()
        return try readers.read { connection in
            var items: [Selection.Item] = []
            for matchers in selections.isEmpty ? [[]] : selections {
                let compiled = try matchers.map { try CompiledMatcher($0) }
                items += try Selection(compiled, from: from, in: registry, or: connection, past: past).items
            }
            if selections.count > 1 { items.sort { $0.series < $1.series } }
            let presence = try BlockPresence(connection, from: from, to: to, waiting: waiting)
            var kept: [Selection.Item] = []
            for item in items where kept.last?.series != item.series {
                if try presence.hasSamples(blockNumber(of: item.series)) { kept.append(item) }
            }
            return try body(kept, connection)
        }
    }
}

/// Series of the store, whose labels are read when they are asked for: from memory, and from the file for those that have
/// left memory since.
private struct StoredSeriesList: SeriesList {
    let items: [Selection.Item]
    let registry: SeriesRegistry
    let readers: ReaderPool

    var count: Int { items.count }

    func labels(in range: Range<Int>) throws -> [Labels] {
        var found: [Labels] = []
        var elsewhere: [(place: Int, series: Int64)] = []
        for item in items[range] {
            if let labels = registry.labels(of: item) {
                found.append(labels)
            } else {
                elsewhere.append((found.count, item.series))
                found.append(.none)
            }
        }
        if elsewhere.isEmpty { return found }
        try readers.read { connection in
            for (place, series) in elsewhere { found[place] = try connection.labels(of: series) }
        }
        return found
    }
}

extension Selection.Item {
    /// The labels of a series that the registry does not have.
    fileprivate func labels(or connection: Connection) throws -> Labels {
        if case .past(let metric, let entry) = source { return metric.table.labels(entry) }
        return try connection.labels(of: series)
    }
}

extension Connection {
    /// The labels of a series; none when the file does not have it.
    func labels(of series: Int64) throws -> Labels {
        var found = Labels.none
        try rows(
            "SELECT m.name, l.labels FROM label_sets l JOIN metrics m USING (metric_id) WHERE l.series_id = ?",
            .integer(series)
        ) { row in found = storedLabels(metric: row.text(0), json: row.text(1)) }
        return found
    }
}

/// Names or values that were found, and the series of which memory does not know the labels.
struct FoundTexts {
    fileprivate(set) var found: Set<ByteString> = []
    fileprivate(set) var elsewhere: [Selection.Item] = []

    /// The texts in byte order.
    var sorted: [String] { found.map(\.text).sorted(by: bytesPrecede) }
}

extension SeriesRegistry {
    /// The names of the labels of these series.
    func labelNames(of items: [Selection.Item]) -> FoundTexts {
        texts(of: items) { table, entry, symbols in table.noteNames(of: entry, in: &symbols) }
    }

    /// The values that a label has among these series.
    func labelValues(_ name: String, of items: [Selection.Item]) -> FoundTexts {
        texts(of: items) { table, entry, symbols in
            if let symbol = table.symbols.find(name) { table.noteValue(of: symbol, of: entry, in: &symbols) }
        }
    }

    /// Collects symbols of series, some thousand series at a time: whoever scrapes new series waits for the lock.
    private func texts(
        of items: [Selection.Item], _ note: (SeriesTable, SeriesTable.Entry, inout Set<UInt32>) -> Void
    ) -> FoundTexts {
        var texts = FoundTexts()
        for start in stride(from: 0, to: items.count, by: 4096) {
            state.withLock { state in
                var symbols: Set<UInt32> = []
                for item in items[start..<min(items.count, start + 4096)] {
                    if case .table(let entry, let generation) = item.source, generation == state.generation {
                        note(state.table, entry, &symbols)
                    } else {
                        texts.elsewhere.append(item)
                    }
                }
                for symbol in symbols { texts.found.insert(ByteString(state.table.symbols.text(symbol))) }
            }
        }
        return texts
    }
}
