import Model

/// Evaluates queries over a source of series.
public struct QueryEngine: Sendable {
    /// How queries are evaluated.
    public struct Options: Sendable {
        /// How far back a series' last sample may lie, in milliseconds.
        public var lookBack: Int64 = 300_000
        /// The resolution of subqueries that give none, in milliseconds.
        public var subqueryInterval: Int64 = 60_000
        /// Whether the metric's name stays until the end of the evaluation, so that labels can be made of it after a
        /// function that drops it. Prometheus has this switched off.
        public var delaysNameRemoval = false

        /// The usual options.
        public init() {}
    }

    /// The stack that the thread of an evaluation must have. The deepest query that the parser lets through needs a quarter
    /// of this where the compiler did not optimise; what is not needed is but a range of addresses.
    public static let stackSize = 32 << 20

    /// How queries are evaluated.
    public var options: Options
    private let source: any SeriesSource

    /// An engine for a source.
    public init(_ source: any SeriesSource, options: Options = Options()) {
        self.source = source
        self.options = options
    }

    /// Evaluates a query at one time.
    public func instant(
        _ query: ParsedQuery, at time: Int64, control: QueryControl
    ) throws(QueryError) -> QueryResult {
        let time = time.clamped(to: Steps.times)
        let frame = Evaluator.Frame(start: time, end: time, step: 0, isRange: false)
        return try run(query, Steps(at: time), frame, control) { (evaluator, steps) in
            let expression = query.expression
            switch expression.type {
            case .string:
                guard case .string(let literal) = expression.unwrapped else { return .string("", at: time) }
                return .string(literal.value, at: time)
            case .scalar: return .scalar(try evaluator.scalar(expression, steps).first ?? .nan, at: time)
            case .matrix: return .matrix(try evaluator.samples(expression, at: time))
            case .vector:
                var series = try evaluator.finished(evaluator.collect(expression, steps))
                if !expression.hasOrder { series.sort { $0.labels < $1.labels } }
                return .vector(
                    series.compactMap { series in
                        series.values.first.map { VectorElement(labels: series.labels, value: $0) }
                    }, at: time)
            }
        }
    }

    /// Evaluates a query at many times.
    public func range(
        _ query: ParsedQuery, from start: Int64, to end: Int64, step: Int64, control: QueryControl
    ) throws(QueryError) -> QueryResult {
        let (start, end) = (start.clamped(to: Steps.times), end.clamped(to: Steps.times))
        let steps = Steps(from: start, to: end, every: step)
        let frame = Evaluator.Frame(start: start, end: end, step: steps.interval, isRange: true)
        return try run(query, steps, frame, control) { (evaluator, steps) in
            var series: [StepSeries]
            switch query.expression.type {
            case .scalar:
                series = [StepSeries(labels: .none, values: try evaluator.scalar(query.expression, steps))]
            case .vector: series = try evaluator.finished(evaluator.collect(query.expression, steps))
            case .string, .matrix:
                throw QueryError.execution(
                    "invalid expression type \(quoted(query.expression.type.documentedName))"
                        + " for range query, must be Scalar or instant Vector")
            }
            series.sort { $0.labels < $1.labels }
            return .matrix(series.map { SeriesPoints(labels: $0.labels, steps: steps, values: $0.values) })
        }
    }

    private func run(
        _ query: ParsedQuery, _ steps: Steps, _ frame: Evaluator.Frame, _ control: QueryControl,
        _ body: (Evaluator, Steps) throws -> QueryValue
    ) throws(QueryError) -> QueryResult {
        let began = monotonicNanoseconds()
        let evaluator = Evaluator(source: source, options: options, control: control, frame: frame)
        do {
            try control.check()
            try evaluator.hold(steps.count)
            evaluator.release(steps.count)
            let value = try body(evaluator, steps)
            var statistics = evaluator.statistics
            statistics.evaluationNanoseconds = monotonicNanoseconds() - began
            return QueryResult(
                value: value, warnings: evaluator.annotations.texts(.warning, in: query.text),
                infos: evaluator.annotations.texts(.info, in: query.text), statistics: statistics)
        } catch let error as QueryError {
            throw error
        } catch {
            throw .storage("cannot read series: \(error)")
        }
    }
}

/// A query that has been read.
public struct ParsedQuery: Sendable {
    /// As it was written.
    public let text: String
    /// What it means.
    public let expression: Expression

    /// Reads a query; throws what is wrong with it.
    public init(_ text: String) throws(QueryError) {
        self.text = text
        do throws(QuerySyntaxError) {
            expression = try parseQuery(text)
        } catch {
            throw .syntax(error)
        }
    }
}
