import Model
import Synchronization

/// The labels of one metric's series as the file has them, in the order of their numbers.
final class PastMetric: Sendable {
    let table: SeriesTable

    fileprivate init(_ name: String, _ connection: Connection) throws {
        var table = SeriesTable()
        try connection.forEachSeries(of: name) { series, labels in _ = table.add(labels, id: series) }
        self.table = table
    }
}

/// What the file says of series, held in memory for whoever asks for the past again and again: a dashboard asks for the same
/// metrics every few seconds, and reading the labels of all their series takes longer than reading samples.
///
/// Series that have come since are not here, but in the registry. When some leave the registry, or the file, all is forgotten.
final class PastSeries: Sendable {
    /// What a metric takes beside its series, in series.
    fileprivate static let overhead = 16
    /// When nobody has asked for so many minutes, all is forgotten.
    private static let minutesKept = 10

    fileprivate struct State: CacheContent {
        var version = CacheVersion()
        var metrics: [ByteString: PastMetric] = [:]
        var size = 0
        var minutesUnused = 0

        mutating func empty() {
            metrics = [:]
            size = 0
        }
    }

    /// The most series that are held: 30 to 60 MB.
    fileprivate let most: Int
    fileprivate let state = Mutex(State())

    init(most: Int = 200_000) { self.most = most }

    /// What is held for somebody who begins to read the file now, to be asked for before.
    func view() -> View { View(past: self, version: state.withLock { $0.version.current }) }

    /// Forgets everything: series have left the registry.
    func forget() { state.changing {} }

    /// Runs what takes series out of the file, commit included.
    func changing<Result>(_ body: () throws -> Result) rethrows -> Result { try state.changing(body) }

    /// To be called once a minute.
    func forgetUnused() {
        state.withLock { state in
            state.minutesUnused += 1
            if state.minutesUnused >= Self.minutesKept { state.empty() }
        }
    }

    /// What is held, for one state of the file.
    struct View {
        fileprivate let past: PastSeries
        fileprivate let version: Int?

        /// The metrics of these names, of which what is not held is read; nil when they have too many series. The lock is not held
        /// meanwhile: who takes series out of the registry holds that one's, for which scraping may wait.
        func metrics(_ names: [String], _ connection: Connection) throws -> [PastMetric]? {
            var found = held(names)
            let missing = names.filter { found[ByteString($0)] == nil }
            var size = found.values.reduce(0) { $0 + $1.size }
            for name in missing {
                size += try connection.seriesCount(of: name) + PastSeries.overhead
                if size > past.most { return nil }
            }
            for name in missing {
                let metric = try PastMetric(name, connection)
                found[ByteString(name)] = metric
                add(metric, name)
            }
            return names.compactMap { found[ByteString($0)] }
        }

        private func held(_ names: [String]) -> [ByteString: PastMetric] {
            past.state.withLock { state in
                state.minutesUnused = 0
                guard state.version.isStill(version) else { return [:] }
                var found: [ByteString: PastMetric] = [:]
                for name in names {
                    let name = ByteString(name)
                    if let metric = state.metrics[name] { found[name] = metric }
                }
                return found
            }
        }

        private func add(_ metric: PastMetric, _ name: String) {
            past.state.withLock { state in
                guard state.version.isStill(version), state.metrics[ByteString(name)] == nil else { return }
                // The others are read again when somebody asks for them.
                if state.size + metric.size > past.most { state.empty() }
                state.metrics[ByteString(name)] = metric
                state.size += metric.size
            }
        }
    }
}

extension PastMetric {
    fileprivate var size: Int { table.count + PastSeries.overhead }
}

extension Connection {
    /// Calls `body` with the series of a metric, in the order of their numbers.
    func forEachSeries(of metric: String, _ body: (_ series: Int64, Labels) -> Void) throws {
        try rows(
            """
            SELECT l.series_id, l.labels
            FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id
            WHERE m.name = ?
            ORDER BY l.series_id
            """, .text(metric)
        ) { row in body(row.integer(0), storedLabels(metric: metric, json: row.text(1))) }
    }

    fileprivate func seriesCount(of metric: String) throws -> Int {
        Int(
            try integer(
                """
                SELECT count(*) FROM metrics m CROSS JOIN label_sets l ON l.metric_id = m.metric_id WHERE m.name = ?
                """, .text(metric)) ?? 0)
    }
}
