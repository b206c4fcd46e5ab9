import Model
import Patterns
import Synchronization

/// The labels of one metric's series as the file has them, in the order of their numbers.
final class PastMetric: Sendable {
    let table: SeriesTable

    fileprivate init(_ name: String, _ connection: Connection) throws {
        var table = SeriesTable()
        try connection.rows(
            """
            SELECT l.series_id, l.labels
            FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id
            WHERE m.name = ?
            ORDER BY l.series_id
            """, .text(name)
        ) { row in _ = table.add(storedLabels(metric: name, json: row.text(1)), id: row.integer(0)) }
        self.table = table
    }
}

/// What the file says of series, held in memory for whoever asks for the past again and again: a dashboard asks for the same
/// metrics every few seconds, and reading the labels of all their series takes longer than reading samples.
///
/// Series that have come since are not here, but in the registry. When some leave the registry all is forgotten here.
final class PastSeries: Sendable {
    /// The most series that are held: 30 to 60 MB.
    private let most: Int
    /// When nobody has asked for so many minutes, all is forgotten.
    private static let minutesKept = 10

    private struct State {
        var metrics: [ByteString: PastMetric] = [:]
        var count = 0
        var minutesUnused = 0
    }

    private let state = Mutex(State())

    init(most: Int = 200_000) { self.most = most }

    /// The metrics of these names, of which what is not held is read; nil when they have too many series.
    func metrics(_ names: [String], _ connection: Connection) throws -> [PastMetric]? {
        try state.withLock { state in
            state.minutesUnused = 0
            let missing = names.filter { state.metrics[ByteString($0)] == nil }
            var added = 0
            for name in missing where added <= most { added += try connection.seriesCount(of: name) }
            if state.count + added > most {
                // These may fit without the others, which are read again when somebody asks for them.
                state = State()
                added = 0
                for name in names where added <= most { added += try connection.seriesCount(of: name) }
                if added > most { return nil }
            }
            return try names.map { name in
                if let held = state.metrics[ByteString(name)] { return held }
                let metric = try PastMetric(name, connection)
                state.metrics[ByteString(name)] = metric
                state.count += metric.table.count
                return metric
            }
        }
    }

    /// Forgets everything: series may have changed hands.
    func forget() { state.withLock { $0 = State() } }

    /// To be called once a minute.
    func forgetUnused() {
        state.withLock { state in
            state.minutesUnused += 1
            if state.minutesUnused >= Self.minutesKept { state = State() }
        }
    }
}

extension Connection {
    fileprivate func seriesCount(of metric: String) throws -> Int {
        Int(
            try integer(
                """
                SELECT count(*) FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id WHERE m.name = ?
                """, .text(metric)) ?? 0)
    }
}
