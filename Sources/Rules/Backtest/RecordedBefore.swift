import Model
import PromQL

/// The stored series that somebody recorded until a backtest begins, by the rules under test that take their place: as after a reload
/// they end with the first evaluation that does not go on with them.
struct RecordedBefore {
    private let base: any SeriesSource
    private let lookBack: Int64
    /// Those with which a rule may go on, by the places of the rules.
    private(set) var series: [[Labels]]
    /// Those that no rule can go on with, by the places of rules that record series of the same name: they end there.
    private(set) var departed: [[Labels]]

    /// What there is of some rules, each with the time from which on it records.
    init(of rules: [(rule: Rule, start: Int64)], in base: any SeriesSource, lookBack: Int64) {
        self.base = base
        self.lookBack = lookBack
        series = Array(repeating: [], count: rules.count)
        departed = series
        var places: [LabelMatcher: [Int]] = [:]
        var order: [LabelMatcher] = []
        for (place, (rule, _)) in rules.enumerated() {
            let name = Self.name(rule)
            if places[name] == nil { order.append(name) }
            places[name, default: []].append(place)
        }
        for name in order {
            let own = places[name] ?? []
            let start = own.map { rules[$0].start }.min() ?? 0
            for labels in alive(name, before: start) {
                if let owner = own.first(where: { rules[$0].rule.outputs.contains { $0.fits(labels) } }) {
                    series[owner].append(labels)
                } else if let first = own.first {
                    departed[first].append(labels)
                }
            }
        }
    }

    /// What all series have that a rule may have written.
    private static func name(_ rule: Rule) -> LabelMatcher {
        switch rule {
        case .recording(let rule): LabelMatcher(Labels.metricName, .equal, rule.metric)
        case .alerting(let rule): LabelMatcher(AlertInstance.nameLabel, .equal, rule.name)
        }
    }

    /// The series that are seen just before a time.
    private func alive(_ name: LabelMatcher, before start: Int64) -> [Labels] {
        var matchers = [name]
        if !sameBytes(name.name, Labels.metricName) {
            let metrics = "\(AlertInstance.metric)|\(AlertInstance.sinceMetric)"
            matchers.append(LabelMatcher(Labels.metricName, .matches, metrics))
        }
        var found: [Labels] = []
        do {
            let cursor = try base.select(
                matchers, from: start.subtractingClamped(lookBack), to: start.subtractingClamped(1))
            defer { cursor.close() }
            while try cursor.next() {
                if try cursor.withSamples({ _, values in values.last.map { !isStale($0) } ?? false }) {
                    found.append(try cursor.labels)
                }
            }
        } catch {
            // Whoever asks for these series is told what is wrong.
        }
        return found
    }
}
