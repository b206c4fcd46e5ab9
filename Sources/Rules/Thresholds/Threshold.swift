import Model
import PromQL

/// A threshold as it is configured: where its value comes from, when it counts, and what is said about it.
public struct Threshold: Sendable {
    /// Which series of a result are judged.
    public enum Scope: String, Sendable, CaseIterable {
        /// Each of them by itself.
        case each
        /// The first one.
        case first
        /// All of them together: one that crosses is enough.
        case any
        /// All of them together: all must cross.
        case all
    }

    /// Its name, which its history goes by.
    public var name: String
    /// What is asked for.
    public var query: ParsedQuery
    /// Which series of the result are judged.
    public var scope: Scope
    /// When it counts.
    public var rule: ThresholdRule
    /// Labels that its alerts have besides the series'.
    public var labels: [Label] = []
    /// What is said about its alerts.
    public var annotations: [TemplatedText] = []

    /// A threshold on an expression.
    public init(name: String, query: ParsedQuery, scope: Scope = .each, rule: ThresholdRule) {
        self.name = name
        self.query = query
        self.scope = scope
        self.rule = rule
    }
}

extension Threshold {
    /// What a result says about each series that is judged. NaN is no value.
    func readings(_ result: [VectorElement]) -> [(labels: Labels, reading: ThresholdReading)] {
        switch scope {
        case .each: return result.map { ($0.labels, reading($0.value)) }
        case .first: return result.first.map { [(.none, reading($0.value))] } ?? []
        case .any, .all:
            let values = result.map(\.value).filter { !$0.isNaN }
            guard let first = values.first else { return [] }
            var crossed: CrossedLevels = scope == .all ? .all : []
            var deciding = first
            for value in values {
                let own = rule.crossed(by: value)
                // Of any, the value that crosses most is shown; of all, the one that crosses least.
                let isFurther = scope == .any ? !own.isSubset(of: crossed) : !crossed.isSubset(of: own)
                if isFurther { deciding = value }
                crossed = scope == .any ? crossed.union(own) : crossed.intersection(own)
            }
            return [(.none, .value(deciding, crossed))]
        }
    }

    private func reading(_ value: Double) -> ThresholdReading {
        value.isNaN ? .missing : .value(value, rule.crossed(by: value))
    }
}
