import Model
import Patterns
import PromQL

/// Series that a rule may write: what is known of their labels beforehand.
struct RuleOutput {
    var metric: String
    /// Labels of which the value is known; an empty one says that the series does not have it.
    var known: [Label]

    /// Whether a selection may find one of these series.
    func fits(_ selection: [LabelMatcher]) -> Bool {
        selection.allSatisfy { matcher in
            let value =
                sameBytes(matcher.name, Labels.metricName)
                ? metric : known.first { sameBytes($0.name, matcher.name) }?.value
            guard let value else { return true }
            do {
                return try CompiledMatcher(matcher).accepts(value)
            } catch {
                // The query itself will say what is wrong with it.
                return true
            }
        }
    }

    /// What series go by, whichever rule writes them: the metric, and with alerts the alert's name.
    struct Name: Hashable {
        let metric: [UInt8]
        let alert: [UInt8]
    }

    /// What its series go by.
    var name: Name { Name(metric: Array(metric.utf8), alert: Array((byName.known.first?.value ?? "").utf8)) }

    /// All series that go by the same name.
    var byName: RuleOutput {
        let isAboutAlert = sameBytes(metric, AlertInstance.metric) || sameBytes(metric, AlertInstance.sinceMetric)
        return RuleOutput(
            metric: metric, known: known.filter { isAboutAlert && sameBytes($0.name, AlertInstance.nameLabel) })
    }

    /// Whether a series may be one of these and one of others that go by the same name.
    func mayMeet(_ other: RuleOutput) -> Bool {
        known.allSatisfy { label in
            other.known.first { sameBytes($0.name, label.name) }.map { sameBytes($0.value, label.value) } ?? true
        }
    }

    /// Whether a series may be one of these.
    func fits(_ series: Labels) -> Bool {
        sameBytes(series.metric, metric) && known.allSatisfy { sameBytes(series[$0.name] ?? "", $0.value) }
    }
}

extension Rule {
    /// The series that the rule may write.
    var outputs: [RuleOutput] {
        switch self {
        case .recording(let rule): return [RuleOutput(metric: rule.metric, known: rule.labels)]
        case .alerting(let rule):
            let plain = rule.labels.filter(\.template.isPlain).map { Label($0.name, $0.text) }
            let known =
                plain.filter {
                    !sameBytes($0.name, AlertInstance.nameLabel) && !sameBytes($0.name, AlertInstance.stateLabel)
                }
                + [Label(AlertInstance.nameLabel, rule.name)]
            return [
                RuleOutput(metric: AlertInstance.metric, known: known),
                RuleOutput(metric: AlertInstance.sinceMetric, known: known),
            ]
        }
    }

    /// Whether it may evaluate queries of its templates.
    var mayAskInTemplates: Bool {
        guard case .alerting(let rule) = self else { return false }
        return (rule.labels + rule.annotations).contains(where: \.mayAsk)
    }

    /// Whether its labels may come of queries of its templates. What annotations say changes nothing about alerts.
    var mayAskForLabels: Bool {
        guard case .alerting(let rule) = self else { return false }
        return rule.labels.contains(where: \.mayAsk)
    }
}

extension TemplatedText {
    fileprivate var mayAsk: Bool { !template.isPlain && text.contains("query") }
}
