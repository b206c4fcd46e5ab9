import Model

/// A query as it was written.
public indirect enum Expression: Sendable {
    /// `1.5`
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
    /// The number; of a duration its seconds.
    public var value: Double
    /// Whether it was written with units, as in `5m`.
    public var isDuration: Bool
    /// Where it stands.
    public var range: SourceRange
}

/// `"text"`
public struct StringLiteral: Sendable {
    /// The text it stands for.
    public var value: String
    /// Where it stands.
    public var range: SourceRange
}

/// `http_requests_total{job="api"} offset 5m`
public struct InstantSelector: Sendable {
    /// The name before the braces; empty when there is none.
    public var name: String
    /// All conditions, the one on the name before the braces being the last.
    public var matchers: [LabelMatcher]
    /// How it is moved in time.
    public var modifier: TimeModifier = .init()
    /// Where it stands, modifiers and all.
    public var range: SourceRange
}

/// `http_requests_total[5m]`
public struct RangeSelector: Sendable {
    /// Which series, and when.
    public var selector: InstantSelector
    /// How far back each range reaches.
    public var length: DurationExpression
    /// Where it stands.
    public var range: SourceRange
}

/// `rate(http_requests_total[5m])[1h:1m]`
public struct Subquery: Sendable {
    /// What is evaluated.
    public var inner: Expression
    /// How far back each range reaches.
    public var length: DurationExpression
    /// The resolution; nil for the engine's own.
    public var step: DurationExpression?
    /// How it is moved in time.
    public var modifier: TimeModifier = .init()
    /// Where it stands.
    public var range: SourceRange
}

/// `offset 5m` and `@ 1609746000` behind a selector or subquery.
public struct TimeModifier: Sendable {
    /// A fixed time.
    public enum Moment: Sendable, Hashable {
        /// Unix milliseconds.
        case at(Int64)
        /// The start of the query.
        case start
        /// The end of the query.
        case end
    }

    /// How far back; negative for forward.
    public var offset: DurationExpression?
    /// The time that takes the place of each step's own.
    public var moment: Moment?
}

/// `rate(…)`
public struct Call: Sendable {
    /// What is called.
    public var function: Function
    /// With what.
    public var arguments: [Expression]
    /// Where it stands.
    public var range: SourceRange
}

/// `sum by (job) (…)`
public struct Aggregation: Sendable {
    /// What is made of each group.
    public var aggregator: Aggregator
    /// What stands before the vector, where something does.
    public var parameter: Expression?
    /// The vector.
    public var inner: Expression
    /// The labels behind `by` or `without`.
    public var grouping: [String]
    /// Whether the labels are those that go rather than those that stay.
    public var isWithout: Bool
    /// Where it stands.
    public var range: SourceRange
}

/// `a + on (job) group_left (owner) b`
public struct BinaryOperation: Sendable {
    /// What stands between.
    public var operation: BinaryOperator
    /// The left side.
    public var left: Expression
    /// The right side.
    public var right: Expression
    /// Whether a comparison answers 0 or 1 rather than filtering.
    public var returnsBool: Bool
    /// How the series of two vectors find each other; nil when one side is a scalar.
    public var matching: VectorMatching?
    /// Where the operator stands.
    public var operatorRange: SourceRange

    /// Where all of it stands.
    public var range: SourceRange { .from(left.range, to: right.range) }
}

/// How series of one side find those of the other.
public struct VectorMatching: Sendable, Hashable {
    /// How many series of each side belong together.
    public enum Cardinality: String, Sendable {
        /// One of each.
        case oneToOne = "one-to-one"
        /// Several on the left.
        case manyToOne = "many-to-one"
        /// Several on the right.
        case oneToMany = "one-to-many"
        /// Any number of both, for set operators.
        case manyToMany = "many-to-many"
    }

    /// How many series of each side belong together.
    public var cardinality: Cardinality = .oneToOne
    /// The labels behind `on` or `ignoring`.
    public var labels: [String] = []
    /// Whether `labels` are the only ones looked at (`on`), or the only ones not (`ignoring`).
    public var isOn = false
    /// Labels taken over from the "one" side.
    public var included: [String] = []
}

/// `-x`, `+x`
public struct Sign: Sendable {
    /// Whether it is a minus.
    public var isMinus: Bool
    /// What it stands before.
    public var inner: Expression
    /// Where it stands.
    public var range: SourceRange
}

/// `( … )`
public struct Parenthesis: Sendable {
    /// What stands in the parentheses.
    public var inner: Expression
    /// Where they stand.
    public var range: SourceRange
}

/// What an expression evaluates to.
public enum ValueType: String, Sendable {
    /// A number.
    case scalar
    /// A text.
    case string
    /// A value for each series.
    case vector
    /// Samples for each series.
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
