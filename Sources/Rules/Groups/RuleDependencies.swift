import Model
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
