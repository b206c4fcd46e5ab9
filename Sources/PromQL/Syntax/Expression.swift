import Model

/// A query as it was written.
public indirect enum Expression: Sendable {
    case number(NumberLiteral)
    case string(StringLiteral)
    case selector(InstantSelector)
    case rangeSelector(RangeSelector)
    case subquery(Subquery)
    case call(Call)
    case aggregation(Aggregation)
    case binary(BinaryOperation)
    case sign(Sign)
    case parenthesis(Parenthesis)
}

/// `1.5`, or a duration, which is a number of seconds.
public struct NumberLiteral: Sendable {
    public var value: Double
    /// Whether it was written with units, as in `5m`.
    public var isDuration: Bool
    public var range: SourceRange
}

/// `"text"`
public struct StringLiteral: Sendable {
    public var value: String
    public var range: SourceRange
}

/// `http_requests_total{job="api"} offset 5m`
public struct InstantSelector: Sendable {
    /// The name before the braces; empty when there is none.
    public var name: String
    /// All conditions, the one on the name before the braces being the last.
    public var matchers: [LabelMatcher]
    public var modifier: TimeModifier = .init()
    public var range: SourceRange
}

/// `http_requests_total[5m]`
public struct RangeSelector: Sendable {
    public var selector: InstantSelector
    public var length: DurationExpression
    public var range: SourceRange
}

/// `rate(http_requests_total[5m])[1h:1m]`
public struct Subquery: Sendable {
    public var inner: Expression
    public var length: DurationExpression
    /// The resolution; nil for the engine's own.
    public var step: DurationExpression?
    public var modifier: TimeModifier = .init()
    public var range: SourceRange
}

/// `offset 5m` and `@ 1609746000` behind a selector or subquery.
public struct TimeModifier: Sendable {
    public enum Moment: Sendable, Hashable {
        /// Unix milliseconds.
        case at(Int64)
        case start
        case end
    }

    public var offset: DurationExpression?
    public var moment: Moment?
}

/// `rate(…)`
public struct Call: Sendable {
    public var function: Function
    public var arguments: [Expression]
    public var range: SourceRange
}

/// `sum by (job) (…)`
public struct Aggregation: Sendable {
    public var aggregator: Aggregator
    public var parameter: Expression?
    public var inner: Expression
    /// The labels behind `by` or `without`.
    public var grouping: [String]
    public var isWithout: Bool
    public var range: SourceRange
}

/// `a + on (job) group_left (owner) b`
public struct BinaryOperation: Sendable {
    public var operation: BinaryOperator
    public var left: Expression
    public var right: Expression
    /// Whether a comparison answers 0 or 1 rather than filtering.
    public var returnsBool: Bool
    /// How the series of two vectors find each other; nil when one side is a scalar.
    public var matching: VectorMatching?
    public var operatorRange: SourceRange

    public var range: SourceRange { .from(left.range, to: right.range) }
}

/// How series of one side find those of the other.
public struct VectorMatching: Sendable, Hashable {
    public enum Cardinality: String, Sendable {
        case oneToOne = "one-to-one"
        case manyToOne = "many-to-one"
        case oneToMany = "one-to-many"
        case manyToMany = "many-to-many"
    }

    public var cardinality: Cardinality = .oneToOne
    public var labels: [String] = []
    /// Whether `labels` are the only ones looked at (`on`), or the only ones not (`ignoring`).
    public var isOn = false
    /// Labels taken over from the "one" side.
    public var included: [String] = []
}

/// `-x`, `+x`
public struct Sign: Sendable {
    public var isMinus: Bool
    public var inner: Expression
    public var range: SourceRange
}

/// `( … )`
public struct Parenthesis: Sendable {
    public var inner: Expression
    public var range: SourceRange
}

/// What an expression evaluates to.
public enum ValueType: String, Sendable {
    case scalar
    case string
    case vector
    case matrix

    /// As Prometheus's documentation calls it.
    public var documentedName: String {
        switch self {
        case .scalar: "scalar"
        case .string: "string"
        case .vector: "instant vector"
        case .matrix: "range vector"
        }
    }
}

extension Expression {
    /// The part of the query that it was read from.
    public var range: SourceRange {
        switch self {
        case .number(let node): node.range
        case .string(let node): node.range
        case .selector(let node): node.range
        case .rangeSelector(let node): node.range
        case .subquery(let node): node.range
        case .call(let node): node.range
        case .aggregation(let node): node.range
        case .binary(let node): node.range
        case .sign(let node): node.range
        case .parenthesis(let node): node.range
        }
    }

    /// What it evaluates to.
    public var type: ValueType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregation: .vector
        case .rangeSelector, .subquery: .matrix
        case .call(let node): node.function.returns
        case .binary(let node): node.left.type == .scalar && node.right.type == .scalar ? .scalar : .vector
        case .sign(let node): node.inner.type
        case .parenthesis(let node): node.inner.type
        }
    }

    /// Without the parentheses around it.
    var unwrapped: Expression {
        var expression = self
        while case .parenthesis(let node) = expression { expression = node.inner }
        return expression
    }
}
