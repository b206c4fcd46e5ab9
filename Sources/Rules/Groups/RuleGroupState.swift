import Model

/// How a rule fares.
public enum RuleHealth: String, Sendable, CaseIterable {
    /// Not evaluated yet.
    case unknown
    /// Its last evaluation went well.
    case ok
    /// Its last evaluation did not.
    case err
}

/// What is remembered of a rule from one evaluation to the next.
public struct RuleState: Sendable {
    /// The series that it wrote last: one that it does not write any more ends with a stale marker.
    public var series: [Labels] = []
    /// The alerts of an alerting rule.
    public var instances: [AlertInstance] = []
    /// How it fares.
    public var health = RuleHealth.unknown
    /// What went wrong last; empty when nothing did.
    public var lastError = ""
    /// When it was evaluated last, in Unix milliseconds.
    public var lastEvaluation: Int64?
    /// How long that took.
    public var evaluationNanoseconds: UInt64 = 0

    /// A rule that was never evaluated.
    public init() {}

    /// Notes that something went wrong.
    public mutating func fail(_ reason: String) {
        health = .err
        lastError = reason
    }
}

/// What is remembered of a group from one evaluation to the next. It is a plain value: whoever keeps it in rows keeps all.
public struct RuleGroupState: Sendable {
    /// For each rule of the group, in its order.
    public var rules: [RuleState]
    /// Series of rules that there are no more: they end with the next evaluation.
    public var departed: [Labels] = []
    /// When the group was evaluated last, in Unix milliseconds.
    public var lastEvaluation: Int64?
    /// How long that took.
    public var evaluationNanoseconds: UInt64 = 0

    /// A group that was never evaluated.
    public init(ruleCount: Int) {
        rules = Array(repeating: RuleState(), count: max(0, ruleCount))
    }

    /// A changed group that takes over what is remembered of the one before. Rules are known again by their names and labels, of
    /// several that are the same the first by the first; what was written by one that is gone ends.
    public init(of group: RuleGroup, takingOver old: RuleGroupState, of oldGroup: RuleGroup) {
        self.init(ruleCount: group.rules.count)
        lastEvaluation = old.lastEvaluation
        evaluationNanoseconds = old.evaluationNanoseconds
        departed = old.departed
        var places: [[Label]: [Int]] = [:]
        for (place, rule) in oldGroup.rules.enumerated().reversed() where old.rules.indices.contains(place) {
            places[rule.identity, default: []].append(place)
        }
        for (place, rule) in group.rules.enumerated() {
            guard let known = places[rule.identity]?.popLast() else { continue }
            rules[place] = old.rules[known]
        }
        for place in places.values.joined().sorted() { departed += old.rules[place].series }
    }

    /// Every series that the group has written last and that has not ended, for when the group itself goes.
    public var openSeries: [Labels] { departed + rules.flatMap(\.series) }
}

extension Rule {
    /// What a rule is known again by.
    fileprivate var identity: [Label] {
        let kind =
            switch self {
            case .recording: "record"
            case .alerting: "alert"
            }
        return [Label(kind, name)] + labels
    }
}
