import Model
import PromQL

/// Series that are not seen from a time on, because a rule under test records them anew.
struct HiddenSeries {
    /// By the names of metrics. Whose labels have changed would else be seen twice.
    private var metrics: [[UInt8]: Int64] = [:]
    /// Series about alerts, by the names of the alerts.
    private var alerts: [[UInt8]: Int64] = [:]

    /// Hides what a rule records from a time on.
    mutating func add(_ rule: Rule, from time: Int64) {
        switch rule {
        case .recording(let rule): Self.note(rule.metric, time, &metrics)
        case .alerting(let rule): Self.note(rule.name, time, &alerts)
        }
    }

    private static func note(_ name: String, _ time: Int64, _ times: inout [[UInt8]: Int64]) {
        let key = Array(name.utf8)
        times[key] = min(times[key] ?? .max, time)
    }

    /// From when on a series is hidden; nil when it is not.
    func start(for series: Labels) -> Int64? {
        let metric = series.metric
        if let start = start(forMetric: metric) { return start }
        guard Self.isAboutAlerts(metric), let name = series[AlertInstance.nameLabel] else { return nil }
        return alerts[Array(name.utf8)]
    }

    /// From when on all series of a metric are hidden; nil when they are not.
    func start(forMetric metric: String) -> Int64? { metrics[Array(metric.utf8)] }

    /// Whether none of a metric's series is hidden.
    func isOpen(metric: String) -> Bool {
        start(forMetric: metric) == nil && (alerts.isEmpty || !Self.isAboutAlerts(metric))
    }

    private static func isAboutAlerts(_ metric: String) -> Bool {
        sameBytes(metric, AlertInstance.metric) || sameBytes(metric, AlertInstance.sinceMetric)
    }
}

/// The stored past without what is recorded anew.
struct HiddenPast: SeriesSource {
    let base: any SeriesSource
    let hidden: HiddenSeries

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        for matcher in matchers where matcher.operation == .equal && sameBytes(matcher.name, Labels.metricName) {
            if hidden.isOpen(metric: matcher.value) { return try base.select(matchers, from: from, to: to) }
            // Nothing is read only to be hidden.
            guard let start = hidden.start(forMetric: matcher.value) else { continue }
            return try BoundedSource(source: base, last: start.subtractingClamped(1)).select(
                matchers, from: from, to: to)
        }
        return HidingCursor(try base.select(matchers, from: from, to: to), hidden)
    }
}

/// Goes through series, and leaves out what is hidden of them.
private final class HidingCursor: SeriesCursor {
    private let base: any SeriesCursor
    private let hidden: HiddenSeries
    /// From when on the current series is hidden.
    private var start: Int64?

    init(_ base: any SeriesCursor, _ hidden: HiddenSeries) {
        self.base = base
        self.hidden = hidden
    }

    var seriesCount: Int { base.seriesCount }

    func next() throws -> Bool {
        guard try base.next() else { return false }
        start = hidden.start(for: try base.labels)
        return true
    }

    var seriesID: Int64 { base.seriesID }

    var labels: Labels { get throws { try base.labels } }

    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        guard let start else { return try base.withSamples(body) }
        return try base.withSamples { timestamps, values in
            let end = timestamps.firstIndex { $0 >= start } ?? timestamps.count
            return try body(
                UnsafeBufferPointer(rebasing: timestamps[..<end]), UnsafeBufferPointer(rebasing: values[..<end]))
        }
    }

    func close() { base.close() }
}
