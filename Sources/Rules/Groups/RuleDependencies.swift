import Model
import Patterns
import PromQL

/// Which rules of a group may see what earlier ones write in the same evaluation. Only for these is anything put together.
struct RuleDependencies: Sendable {
    /// For each rule: whether its expression may select what an earlier rule writes.
    private(set) var seesEarlier: [Bool]
    /// For each rule: whether a later rule may see what it writes.
    private(set) var isSeenLater: [Bool]

    init(_ rules: [Rule]) {
        seesEarlier = Array(repeating: false, count: rules.count)
        isSeenLater = seesEarlier
        let outputs = rules.map(\.outputs)
        // Most selectors name a metric: only rules that write it, or that go by any name, have to be looked at.
        var writers: [[UInt8]: [Int]] = [:]
        for (place, rule) in rules.enumerated() {
            var selections: [[LabelMatcher]] = []
            rule.query.expression.forEachSelector { selections.append($0.matchers) }
            for selection in selections {
                for writer in writers.candidates(for: selection, of: place)
                where !(seesEarlier[place] && isSeenLater[writer])
                    && outputs[writer].contains(where: { $0.fits(selection) })
                {
                    seesEarlier[place] = true
                    isSeenLater[writer] = true
                }
            }
            // What a template asks for is only known when it is filled in.
            if rule.mayAskInTemplates {
                for writer in 0..<place { isSeenLater[writer] = true }
            }
            for output in outputs[place] { writers[Array(output.metric.utf8), default: []].append(place) }
        }
    }
}

extension [[UInt8]: [Int]] {
    /// The rules that may write what a selection asks for.
    fileprivate func candidates(for selection: [LabelMatcher], of place: Int) -> [Int] {
        for matcher in selection where matcher.operation == .equal && sameBytes(matcher.name, Labels.metricName) {
            return self[Array(matcher.value.utf8)] ?? []
        }
        return Array(0..<place)
    }
}

/// Series that a rule may write: what is known of their labels beforehand.
private struct RuleOutput {
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
}

extension Rule {
    fileprivate var outputs: [RuleOutput] {
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
    fileprivate var mayAskInTemplates: Bool {
        guard case .alerting(let rule) = self else { return false }
        return (rule.labels + rule.annotations).contains { !$0.template.isPlain && $0.text.contains("query") }
    }
}
