import Model

// What becomes of metrics' names when values no longer mean what they say, and of series that are the same without them.
extension Evaluator {
    static let sameLabels = QueryError.execution("vector cannot contain metrics with the same labelset")

    /// Evaluates a vector, changes its columns, and takes the names away.
    func withoutNames(
        of expression: Expression, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink,
        _ change: @escaping (inout [Double]) throws -> Void
    ) throws {
        try merging(whenNamesGoFrom: expression, needsLabels: needsLabels, sink) { [self] needsLabels, sink in
            try vector(expression, steps, needsLabels: needsLabels) { [self] series in
                var series = series
                try change(&series.values)
                dropName(&series)
                try sink(series)
            }
        }
    }

    /// Takes a series' name away, at once or at the end.
    func dropName(_ series: inout StepSeries) {
        series.dropsName = true
        if !options.delaysNameRemoval { series.labels = series.labels.withoutMetric }
    }

    /// Runs a producer of series that have lost their names. Where several may be the same without, they become one.
    func merging(
        whenNamesGoFrom expression: Expression, needsLabels: Bool, _ sink: @escaping Sink,
        _ produce: (_ needsLabels: Bool, _ sink: @escaping Sink) throws -> Void
    ) throws {
        if options.delaysNameRemoval || expression.hasOneName { return try produce(needsLabels, sink) }
        var merger = SeriesMerger()
        try produce(true) { [self] series in
            try hold(series.values.count)
            try merger.add(series)
        }
        for series in merger.series {
            release(series.values.count)
            try sink(series)
        }
    }

    /// The series of a result: with names gone that are to go, and with those that are the same merged.
    func finished(_ series: [StepSeries]) throws -> [StepSeries] {
        guard options.delaysNameRemoval, series.contains(where: \.dropsName) else { return series }
        var merger = SeriesMerger()
        for var series in series {
            if series.dropsName { series.labels = series.labels.withoutMetric }
            try merger.add(series)
        }
        return merger.series
    }
}

/// Makes one series of those with the same labels, if no two of them have a value at the same step.
struct SeriesMerger {
    private(set) var series: [StepSeries] = []
    private var places: [Labels: Int] = [:]

    mutating func add(_ new: StepSeries) throws(QueryError) {
        guard let place = places[new.labels] else {
            places[new.labels] = series.count
            series.append(new)
            return
        }
        for step in new.values.indices where !isAbsent(new.values[step]) {
            guard isAbsent(series[place].values[step]) else { throw Evaluator.sameLabels }
            series[place].values[step] = new.values[step]
        }
        series[place].dropsName = series[place].dropsName || new.dropsName
    }
}

extension Expression {
    /// Whether its series surely differ in more than the metric's name.
    var hasOneName: Bool {
        switch self {
        case .selector(let node): node.hasOneName
        case .rangeSelector(let node): node.selector.hasOneName
        case .subquery(let node): node.inner.hasOneName
        case .parenthesis(let node): node.inner.hasOneName
        case .sign(let node): node.isMinus || node.inner.hasOneName
        case .aggregation(let node):
            switch node.aggregator {
            case .topk, .bottomk, .limitk, .limitRatio: node.inner.hasOneName
            default: node.isWithout || !node.grouping.contains(Labels.metricName)
            }
        case .binary(let node): node.operation.changesMeaning || node.returnsBool
        case .call(let node): node.hasOneName
        case .number, .string: true
        }
    }
}

extension InstantSelector {
    fileprivate var hasOneName: Bool {
        matchers.contains { $0.operation == .equal && sameBytes($0.name, Labels.metricName) && !$0.value.isEmpty }
    }
}

extension Call {
    fileprivate var hasOneName: Bool {
        switch function.name {
        // These keep the names of their argument, or make new ones.
        case "first_over_time", "last_over_time", "sort", "sort_desc": arguments.first?.hasOneName ?? true
        case "label_replace", "label_join": false
        default: true
        }
    }
}
