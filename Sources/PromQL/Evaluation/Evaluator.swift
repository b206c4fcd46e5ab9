import Model

/// Evaluates one query. Instant vectors go through it series by series, each over all steps at once: what a step needs of its
/// neighbours is at hand, and an aggregation never holds what it aggregates.
final class Evaluator {
    /// The query as it was asked for, for `@ end()` and for durations that are reckoned from it.
    struct Frame {
        var start: Int64
        var end: Int64
        /// 0 for instant queries.
        var step: Int64
        var isRange: Bool
    }

    /// Takes a series of an instant vector.
    typealias Sink = (StepSeries) throws -> Void

    let source: any SeriesSource
    let options: QueryEngine.Options
    let control: QueryControl
    let frame: Frame
    var annotations = Annotations()
    private(set) var statistics = QueryStatistics()

    init(source: any SeriesSource, options: QueryEngine.Options, control: QueryControl, frame: Frame) {
        self.source = source
        self.options = options
        self.control = control
        self.frame = frame
    }

    // MARK: Limits

    /// Notes that so many more samples are held.
    func hold(_ samples: Int) throws(QueryError) {
        statistics.peakSamples = max(statistics.peakSamples, try control.hold(samples))
    }

    /// Notes that they are not any more.
    func release(_ samples: Int) { control.release(samples) }

    /// Notes that so many samples of the source were looked at.
    func count(_ samples: Int) { statistics.totalSamples += samples }

    // MARK: Instant vectors

    /// Evaluates an instant vector and hands its series over. Where nobody needs the labels they may be missing.
    func vector(_ expression: Expression, _ steps: Steps, needsLabels: Bool = true, _ sink: @escaping Sink) throws {
        if steps.count == 0 { return }
        if steps.count > 1, expression.isStepInvariant {
            return try vector(expression, Steps(at: steps.start), needsLabels: needsLabels) { series in
                var series = series
                series.values = Array(repeating: series.values.first ?? absent, count: steps.count)
                try sink(series)
            }
        }
        switch expression {
        case .selector(let node): try select(node, steps, needsLabels: needsLabels, giving: .values, sink)
        case .call(let node): try call(node, steps, needsLabels: needsLabels, sink)
        case .aggregation(let node): try aggregate(node, steps, sink)
        case .binary(let node): try binary(node, steps, needsLabels: needsLabels, sink)
        case .sign(let node): try sign(node, steps, needsLabels: needsLabels, sink)
        case .parenthesis(let node): try vector(node.inner, steps, needsLabels: needsLabels, sink)
        case .number, .string, .rangeSelector, .subquery:
            throw QueryError.execution("expected an instant vector, got \(expression.type.documentedName)")
        }
    }

    /// All series of an instant vector, held until the end of the query or until they are released.
    func collect(_ expression: Expression, _ steps: Steps) throws -> [StepSeries] {
        var all: [StepSeries] = []
        try vector(expression, steps) { [self] series in
            try hold(series.values.count)
            all.append(series)
        }
        return all
    }

    private func sign(_ node: Sign, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        guard node.isMinus else { return try vector(node.inner, steps, needsLabels: needsLabels, sink) }
        try withoutNames(of: node.inner, steps, needsLabels: needsLabels, sink) { values in
            for step in values.indices where !isAbsent(values[step]) { values[step] = -values[step] }
        }
    }

    // MARK: Scalars

    /// A scalar at every step.
    func scalar(_ expression: Expression, _ steps: Steps) throws -> [Double] {
        switch expression {
        case .number(let node): return Array(repeating: node.value, count: steps.count)
        case .parenthesis(let node): return try scalar(node.inner, steps)
        case .sign(let node):
            let values = try scalar(node.inner, steps)
            return node.isMinus ? values.map { -$0 } : values
        case .binary(let node):
            var left = try scalar(node.left, steps)
            let right = try scalar(node.right, steps)
            for step in left.indices where right.indices.contains(step) {
                left[step] = node.operation.onScalars(left[step], right[step])
            }
            return left
        case .call(let node): return try scalar(node, steps)
        case .string, .selector, .rangeSelector, .subquery, .aggregation:
            throw QueryError.execution("expected a scalar, got \(expression.type.documentedName)")
        }
    }

    private func scalar(_ call: Call, _ steps: Steps) throws -> [Double] {
        switch call.function.name {
        case "time": return (0..<steps.count).map { Double(steps.time($0)) / 1000 }
        case "pi": return Array(repeating: .pi, count: steps.count)
        default: break
        }
        // `scalar(v)`: the value of the one series there is.
        guard let argument = call.arguments.first else { return [] }
        var values = Array(repeating: absent, count: steps.count)
        var isOne = Array(repeating: true, count: steps.count)
        try vector(argument.unwrapped, steps, needsLabels: false) { series in
            for step in values.indices where !isAbsent(series.values[step]) {
                isOne[step] = isAbsent(values[step])
                values[step] = series.values[step]
            }
        }
        return zip(values, isOne).map { isAbsent($0) || !$1 ? .nan : $0 }
    }

    // MARK: Durations

    /// The length of a duration, 0 where none is given.
    func milliseconds(_ duration: DurationExpression?, mayBeNegative: Bool = false) throws(QueryError) -> Int64 {
        guard let duration else { return 0 }
        return try duration.milliseconds(
            step: frame.step, range: frame.end - frame.start, mayBeNegative: mayBeNegative)
    }

    /// The time that `@` names; nil without one.
    func fixedTime(_ modifier: TimeModifier) -> Int64? {
        switch modifier.moment {
        case .at(let time): time
        case .start: frame.start
        case .end: frame.end
        case nil: nil
        }
    }
}
