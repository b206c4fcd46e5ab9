import Model
import Rules

/// How the series of a rule are called where the rule's name stands beside: by the labels in which they differ.
struct SeriesNames {
    /// The rule with what all of its series have in common.
    let heading: String
    private let rule: String
    private let shared: SharedLabels

    init(_ rule: BacktestReport.Rule) {
        self.rule = rule.name
        shared = SharedLabels(rule.series.map { Self.own($0) })
        let common = shared.shared.pairs.isEmpty ? "" : " \(shared.shared)"
        heading = oneLine(rule.name + common)
    }

    /// A series of the rule with the rule's name.
    subscript(timeline: BacktestReport.Timeline) -> String {
        let own = own(timeline)
        return oneLine(own.isEmpty ? rule : "\(rule) \(own)")
    }

    /// A series of the rule; empty when nothing tells it from others.
    func own(_ timeline: BacktestReport.Timeline) -> String {
        let labels = Self.own(timeline).keeping(shared.different)
        return labels.pairs.isEmpty ? "" : oneLine(labels.description)
    }

    /// Every alert has its rule's name as a label.
    private static func own(_ timeline: BacktestReport.Timeline) -> Labels { timeline.labels.dropping(["alertname"]) }
}
