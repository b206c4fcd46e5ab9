import Model

// Functions that give instant vectors.
extension Evaluator {
    func call(_ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        let name = call.function.name
        if let function = RangeFunction.named(name) {
            return try rangeCall(call, function, steps, needsLabels: needsLabels, sink)
        }
        if let function = elementwiseFunction(name) {
            return try elementwise(call, steps, needsLabels: needsLabels, sink) { value, _ in function(value) }
        }
        if let field = DateField(rawValue: name) {
            return try date(field, call, steps, needsLabels: needsLabels, sink)
        }
        switch name {
        case "absent": try absence(call, steps, sink)
        case "absent_over_time": try absenceOverTime(call, steps, sink)
        case "clamp", "clamp_min", "clamp_max": try clamp(call, steps, needsLabels: needsLabels, sink)
        case "histogram_quantile": try histogramQuantile(call, steps, sink)
        case "histogram_fraction": try histogramFraction(call, steps, sink)
        case "histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum":
            annotations.nativeHistogramsOnly(name, at: call.range)
        case "label_join": try labelJoin(call, steps, sink)
        case "label_replace": try labelReplace(call, steps, sink)
        case "round": try round(call, steps, needsLabels: needsLabels, sink)
        case "sort", "sort_desc": try sort(call, steps, sink)
        case "timestamp": try timestamp(call, steps, needsLabels: needsLabels, sink)
        case "vector": try sink(StepSeries(labels: .none, values: try scalar(argument(call, 0), steps)))
        default: throw QueryError.execution("function \(quoted(name)) gives no instant vector")
        }
    }

    /// An argument without the parentheses around it; the type checker has seen to it that it is there.
    func argument(_ call: Call, _ index: Int) throws(QueryError) -> Expression {
        guard call.arguments.indices.contains(index) else {
            throw .execution("call to \(quoted(call.function.name)) without argument \(index + 1)")
        }
        return call.arguments[index].unwrapped
    }

    /// A string argument.
    func text(_ call: Call, _ index: Int) throws(QueryError) -> String {
        guard case .string(let literal) = try argument(call, index) else {
            throw .execution("argument \(index + 1) of \(quoted(call.function.name)) must be a string literal")
        }
        return literal.value
    }

    // MARK: Value by value

    /// Changes each value by itself; `function` is told the step too.
    private func elementwise(
        _ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink,
        _ function: @escaping (Double, Int) -> Double
    ) throws {
        try withoutNames(of: argument(call, 0), steps, needsLabels: needsLabels, sink) { values in
            for step in values.indices where !isAbsent(values[step]) { values[step] = function(values[step], step) }
        }
    }

    private func round(_ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        let nearest = call.arguments.count > 1 ? try scalar(argument(call, 1), steps) : nil
        try elementwise(call, steps, needsLabels: needsLabels, sink) { value, step in
            // By the inverse: a tenth has no exact double, ten has.
            let inverse = 1 / (nearest?[step] ?? 1)
            return (value * inverse + 0.5).rounded(.down) / inverse
        }
    }

    private func clamp(_ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        let isBoth = call.function.name == "clamp"
        let all = Array(repeating: Double.infinity, count: steps.count)
        let lower = call.function.name == "clamp_max" ? all.map { -$0 } : try scalar(argument(call, 1), steps)
        let upper =
            call.function.name == "clamp_min" ? all : try scalar(argument(call, isBoth ? 2 : 1), steps)
        try elementwise(
            call, steps, needsLabels: needsLabels,
            { series in
                // An empty interval leaves nothing.
                if !series.isEmpty { try sink(series) }
            }
        ) { value, step in
            if upper[step] < lower[step] { return absent }
            return larger(lower[step], smaller(upper[step], value))
        }
    }

    private func timestamp(_ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        let argument = try argument(call, 0)
        guard case .selector(let selector) = argument else {
            return try elementwise(call, steps, needsLabels: needsLabels, sink) { _, step in
                Double(steps.time(step)) / 1000
            }
        }
        try merging(whenNamesGoFrom: argument, needsLabels: needsLabels, sink) { [self] needsLabels, sink in
            try select(selector, steps, needsLabels: needsLabels, giving: .timestamps) { [self] series in
                var series = series
                dropName(&series)
                try sink(series)
            }
        }
    }

    private func date(
        _ field: DateField, _ call: Call, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink
    ) throws {
        guard call.arguments.isEmpty else {
            return try elementwise(call, steps, needsLabels: needsLabels, sink) { value, _ in
                field.value(seconds: value)
            }
        }
        let values = (0..<steps.count).map { field.value(seconds: Double(floorDivide(steps.time($0), by: 1000))) }
        try sink(StepSeries(labels: .none, values: values))
    }

    // MARK: Whole vectors

    private func absence(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let argument = try argument(call, 0)
        var values = Array(repeating: 1.0, count: steps.count)
        try vector(argument, steps, needsLabels: false) { series in
            for step in values.indices where !isAbsent(series.values[step]) { values[step] = absent }
        }
        let result = StepSeries(labels: argument.labelsWhenAbsent, values: values)
        if !result.isEmpty { try sink(result) }
    }

    private func sort(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let argument = try argument(call, 0)
        guard steps.count == 1, !frame.isRange || frame.start == frame.end else {
            annotations.sortInRangeQuery(at: call.range)
            return try vector(argument, steps, sink)
        }
        var all = try collect(argument, steps)
        let isDescending = call.function.name == "sort_desc"
        // NaN comes last in both orders; what is the same is in the order of the labels.
        all.sort { one, other in
            let (a, b) = (one.values.first ?? .nan, other.values.first ?? .nan)
            if a.isNaN != b.isNaN { return b.isNaN }
            if a == b || a.isNaN { return one.labels < other.labels }
            return isDescending ? a > b : a < b
        }
        for series in all {
            release(series.values.count)
            try sink(series)
        }
    }
}

/// The larger of two numbers; NaN when either is.
func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : max(a, b) }

/// The smaller of two numbers; NaN when either is.
func smaller(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : min(a, b) }

extension Expression {
    /// The labels of what says that there is nothing: those that a selector requires by equality, each only once.
    var labelsWhenAbsent: Labels {
        let matchers: [LabelMatcher]
        switch self {
        case .selector(let node): matchers = node.matchers
        case .rangeSelector(let node): matchers = node.selector.matchers
        default: return .none
        }
        var labels = Labels.none
        var seen: [String] = []
        for matcher in matchers where !sameBytes(matcher.name, Labels.metricName) {
            if matcher.operation == .equal, !seen.contains(where: { sameBytes($0, matcher.name) }) {
                labels.set(matcher.name, matcher.value)
                seen.append(matcher.name)
            } else {
                labels.set(matcher.name, "")
            }
        }
        return labels
    }
}
