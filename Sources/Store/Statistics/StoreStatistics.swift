import Model

/// What `/api/v1/status/tsdb` tells: how many series there are in memory, and what they consist of.
public struct StoreStatistics: Sendable {
    /// A name with a number.
    public struct Entry: Sendable, Hashable {
        /// The name.
        public var name: String
        /// Its number.
        public var value: Int
    }

    /// Series in memory: written now, or lately.
    public var seriesCount = 0
    /// Distinct pairs of a label's name and value among them.
    public var labelPairCount = 0
    /// Chunks in the file.
    public var chunkCount = 0
    /// The times of the oldest and the newest sample, nearly; nil when there is none.
    public var minTime: Int64?
    /// The time of the newest sample.
    public var maxTime: Int64?
    /// Metrics by the number of their series, the largest first.
    public var seriesCountByMetricName: [Entry] = []
    /// Labels by the number of their values.
    public var labelValueCountByLabelName: [Entry] = []
    /// Labels by the bytes of their values.
    public var memoryInBytesByLabelName: [Entry] = []
    /// Pairs `name=value` by the number of their series.
    public var seriesCountByLabelValuePair: [Entry] = []
}

extension Store {
    /// What the series in memory consist of; of each list the `limit` largest.
    public func statistics(limit: Int = 10) throws -> StoreStatistics {
        var statistics = registry.statistics(limit: limit)
        try readers.read { connection in
            statistics.chunkCount = Int(try connection.integer("SELECT count(*) FROM chunks") ?? 0)
            let span = try timeSpan(connection)
            (statistics.minTime, statistics.maxTime) = (span?.lowerBound, span?.upperBound)
        }
        return statistics
    }

    /// The names of all labels, in byte order.
    public func labelNames() throws -> [String] {
        var names = Set(registry.labelNames().map(ByteString.init))
        if registry.hasMoreInFile {
            names.insert(ByteString(Labels.metricName))
            try readers.read { connection in
                try connection.rows("SELECT DISTINCT key FROM label_sets, json_each(labels)") { row in
                    names.insert(ByteString(row.text(0)))
                }
            }
        }
        return names.map(\.text).sorted(by: bytesPrecede)
    }

    /// The values that a label has, in byte order.
    public func labelValues(_ name: String) throws -> [String] {
        var values = Set(registry.values(of: name).map(ByteString.init))
        if registry.hasMoreInFile {
            try readers.read { connection in
                if sameBytes(name, Labels.metricName) {
                    try connection.rows(
                        """
                        SELECT name FROM metrics m
                        WHERE EXISTS (SELECT 1 FROM label_sets l WHERE l.metric_id = m.metric_id)
                        """
                    ) { values.insert(ByteString($0.text(0))) }
                } else {
                    try connection.rows(
                        "SELECT DISTINCT e.value FROM label_sets, json_each(labels) e WHERE e.key = ?", .text(name)
                    ) { values.insert(ByteString($0.text(0))) }
                }
            }
        }
        return values.map(\.text).sorted(by: bytesPrecede)
    }
}

/// A text that is equal to another when the bytes are.
struct ByteString: Hashable {
    let text: String
    init(_ text: String) { self.text = text }
    static func == (a: ByteString, b: ByteString) -> Bool { sameBytes(a.text, b.text) }
    func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}

extension SeriesRegistry {
    /// The names of the labels of series in memory.
    func labelNames() -> [String] { state.withLock { $0.table.labelNames() } }

    /// The values that a label has among series in memory.
    func values(of name: String) -> [String] { state.withLock { $0.table.values(of: name) } }

    /// Whether the file has series that memory does not.
    var hasMoreInFile: Bool { state.withLock { $0.archive != nil } }

    func statistics(limit: Int) -> StoreStatistics { state.withLock { $0.table.statistics(limit: limit) } }
}

extension SeriesTable {
    /// What the series consist of.
    func statistics(limit: Int) -> StoreStatistics {
        var statistics = StoreStatistics()
        statistics.seriesCount = count
        var metrics: [(String, Int)] = []
        var pairs: [(name: String, value: String, count: Int)] = []
        var valueCounts: [(String, Int)] = []
        var bytes: [(String, Int)] = []
        for name in labelNames() {
            let values = values(of: name)
            valueCounts.append((name, values.count))
            bytes.append((name, values.reduce(0) { $0 + $1.utf8.count }))
            for value in values {
                statistics.labelPairCount += 1
                let count = seriesCount(of: name, value)
                if sameBytes(name, Labels.metricName) { metrics.append((value, count)) }
                pairs.append((name, value, count))
                // A list of all pairs would be as large as the table.
                if pairs.count > 16 * limit { keepLargest(&pairs, limit) { ($0.count, $0.name, $0.value) } }
            }
        }
        func top(_ entries: [(String, Int)]) -> [StoreStatistics.Entry] {
            var entries = entries
            keepLargest(&entries, limit) { ($0.1, $0.0, "") }
            return entries.map { .init(name: $0.0, value: $0.1) }
        }
        keepLargest(&pairs, limit) { ($0.count, $0.name, $0.value) }
        statistics.seriesCountByMetricName = top(metrics)
        statistics.labelValueCountByLabelName = top(valueCounts)
        statistics.memoryInBytesByLabelName = top(bytes)
        statistics.seriesCountByLabelValuePair = pairs.map { .init(name: "\($0.name)=\($0.value)", value: $0.count) }
        return statistics
    }
}

/// Sorts by number, the largest first, then by name, and cuts.
private func keepLargest<Entry>(_ entries: inout [Entry], _ limit: Int, _ key: (Entry) -> (Int, String, String)) {
    entries.sort { a, b in
        let (x, y) = (key(a), key(b))
        if x.0 != y.0 { return x.0 > y.0 }
        return sameBytes(x.1, y.1) ? bytesPrecede(x.2, y.2) : bytesPrecede(x.1, y.1)
    }
    if entries.count > limit { entries.removeLast(entries.count - limit) }
}

/// From the oldest sample to the newest, nearly; nil when there is none.
func timeSpan(_ connection: Connection) throws -> ClosedRange<Int64>? {
    var times: [Int64] = []
    let windows = "FROM windows WHERE window_id BETWEEN 0 AND ?"
    let oldest = try connection.integer("SELECT min(window_id) \(windows)", .integer(largestWindow))
    if let oldest {
        // Within the oldest window the chunks are few enough to look at all.
        try connection.rows(
            "SELECT min(start_ms) FROM chunks WHERE chunk_id < ?",
            .integer(firstChunk(window: oldest + 1, block: 0))
        ) { if !$0.isNull(0) { times.append($0.integer(0)) } }
    }
    let newest = try connection.integer("SELECT max(window_id) \(windows)", .integer(largestWindow))
    if let newest {
        try connection.rows(
            "SELECT start_ms, step_ms, count, times FROM chunks WHERE chunk_id >= ?",
            .integer(firstChunk(window: newest - 1, block: 0))
        ) { row in if let end = ChunkTimes(row, first: 0)?.end { times.append(end) } }
    }
    try connection.rows(
        "SELECT min(row_id), max(row_id) FROM head UNION ALL SELECT min(ts) << 22, max(ts) << 22 FROM loose"
    ) { row in
        if row.isNull(0) { return }
        times.append(row.integer(0) >> 22)
        times.append(row.integer(1) >> 22)
    }
    guard let first = times.min(), let last = times.max() else { return nil }
    return first...last
}
