import Glibc
import Model

/// A length of time behind `offset` or in brackets: most often a literal, but it may be reckoned out (`[5m * 2]`), also from
/// the query's own step and range.
public indirect enum DurationExpression: Sendable {
    case literal(NumberLiteral)
    case step(SourceRange)
    case range(SourceRange)
    case least(DurationExpression, DurationExpression, SourceRange)
    case most(DurationExpression, DurationExpression, SourceRange)
    case negative(DurationExpression, SourceRange)
    case parenthesis(DurationExpression, SourceRange)
    case operation(BinaryOperator, DurationExpression, DurationExpression)

    /// The part of the query that it was read from.
    public var sourceRange: SourceRange {
        switch self {
        case .literal(let literal): literal.range
        case .step(let range), .range(let range): range
        case .least(_, _, let range), .most(_, _, let range), .negative(_, let range), .parenthesis(_, let range): range
        case .operation(_, let left, let right): .from(left.sourceRange, to: right.sourceRange)
        }
    }

    /// The length in milliseconds where it stands there as it is; nil where it has to be reckoned out.
    public var literalMilliseconds: Int64? {
        guard case .literal(let literal) = self else { return nil }
        return Int64(exactly: (literal.value * 1000).rounded())
    }

    /// The longest time that can be reckoned with, in seconds: what Go's nanoseconds hold.
    static let longestSeconds = 9_223_372_036.0

    /// The length in milliseconds, for a query of this step and range (both in milliseconds). Throws what is wrong with it.
    func milliseconds(step: Int64, range: Int64, mayBeNegative: Bool) throws(QueryError) -> Int64 {
        let seconds = try seconds(step: Double(step) / 1000, range: Double(range) / 1000)
        let place = "\(sourceRange.start):\(sourceRange.end)"
        guard seconds.isFinite else { throw .execution("\(place): duration is NaN or infinite") }
        guard seconds > 0 || mayBeNegative else { throw .execution("\(place): duration must be greater than 0") }
        guard seconds.magnitude <= Self.longestSeconds else { throw .execution("\(place): duration is out of range") }
        if case .literal = self { return Int64((seconds * 1000).rounded()) }
        return Int64(seconds * 1000)
    }

    private func seconds(step: Double, range: Double) throws(QueryError) -> Double {
        switch self {
        case .literal(let literal): return literal.value
        case .step: return step
        case .range: return range
        case .least(let a, let b, _):
            return try Swift.min(a.seconds(step: step, range: range), b.seconds(step: step, range: range))
        case .most(let a, let b, _):
            return try Swift.max(a.seconds(step: step, range: range), b.seconds(step: step, range: range))
        case .negative(let inner, _): return try -inner.seconds(step: step, range: range)
        case .parenthesis(let inner, _): return try inner.seconds(step: step, range: range)
        case .operation(let operation, let left, let right):
            let a = try left.seconds(step: step, range: range)
            let b = try right.seconds(step: step, range: range)
            switch operation {
            case .add: return a + b
            case .subtract: return a - b
            case .multiply: return a * b
            case .divide:
                if b == 0 { throw .execution("\(sourceRange.start):\(sourceRange.end): division by zero") }
                return a / b
            case .modulo:
                if b == 0 { throw .execution("\(sourceRange.start):\(sourceRange.end): modulo by zero") }
                return fmod(a, b)
            default: return pow(a, b)
            }
        }
    }
}
