import Model
import Rules

/// How the series of a rule are called where the rule's name stands beside: by the labels in which they differ.
struct SeriesNames {
    /// The rule with what all of its series have in common.
    let heading: String
    private let rule: String
    private let isOnly: Bool
    private let shared: SharedLabels

    init(_ rule: BacktestReport.Rule) {
        self.rule = rule.name
        isOnly = rule.series.count == 1
        shared = SharedLabels(rule.series.map { Self.told($0.labels) })
        let common = shared.shared.pairs.isEmpty ? "" : " \(shared.shared)"
        heading = oneLine(rule.name + common)
    }

    /// A series of the rule with the rule's name. Where there is but one, the name says all.
    subscript(labels: Labels) -> String {
        let own = own(labels)
        return oneLine(own.isEmpty || isOnly ? rule : "\(rule) \(own)")
    }

    /// A series of the rule with the rule's name.
    subscript(timeline: BacktestReport.Timeline) -> String { self[timeline.labels] }

    /// A series of the rule; empty when nothing tells it from others.
    func own(_ labels: Labels) -> String {
        let labels = Self.told(labels).keeping(shared.different)
        return labels.pairs.isEmpty ? "" : oneLine(labels.description)
    }

    /// Every alert has its rule's name as a label.
    private static func told(_ labels: Labels) -> Labels { labels.dropping(["alertname"]) }
}
