import Model

// Functions of range vectors: a window of samples for each step, which slides over the samples of a series.
extension Evaluator {
    func rangeCall(
        _ call: Call, _ function: RangeFunction, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink
    ) throws {
        let parameters = try function.parameterIndex.map { try scalar(argument(call, $0), steps) }
        let ranged = try argument(call, function.parameterIndex == 0 ? 1 : 0)
        if call.function.name == "quantile_over_time", let parameters {
            noteQuantiles(parameters, of: call, at: try argument(call, 0).range)
        }
        // Here no two series may be the same, even if they never have a value at the same time.
        let mayCollide = !function.keepsName && !options.delaysNameRemoval && !ranged.hasOneName
        var seen: Set<Labels> = []
        try ranges(of: ranged, steps, needsLabels: needsLabels || mayCollide) { ranges in
            { labels, dropsName, timestamps, values in
                let column = try self.slide(function, over: timestamps, values, ranges, steps, parameters)
                if column.allSatisfy(isAbsent) { return }
                var series = StepSeries(labels: labels, dropsName: dropsName, values: column)
                if function.isForCounters { self.noteNonCounter(labels, ranged) }
                if !function.keepsName { self.dropName(&series) }
                if mayCollide, !seen.insert(series.labels).inserted { throw Self.sameLabels }
                try sink(series)
            }
        }
    }

    /// The function's value for each step.
    private func slide(
        _ function: RangeFunction, over timestamps: UnsafeBufferPointer<Int64>,
        _ values: UnsafeBufferPointer<Double>, _ ranges: Ranges, _ steps: Steps, _ parameters: [Double]?
    ) throws(QueryError) -> [Double] {
        try function.column(
            SlidingWindow(
                timestamps: timestamps, values: values, ranges: ranges, steps: steps, parameters: parameters,
                mayFall: function.isForCounters && falls(values), control: control))
    }

    func absenceOverTime(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let argument = try argument(call, 0)
        guard let presence = RangeFunction.named("present_over_time") else { return }
        var values = Array(repeating: 1.0, count: steps.count)
        try ranges(of: argument, steps, needsLabels: false) { ranges in
            { _, _, timestamps, samples in
                let present = try self.slide(presence, over: timestamps, samples, ranges, steps, nil)
                for step in values.indices where !isAbsent(present[step]) { values[step] = absent }
            }
        }
        let result = StepSeries(labels: argument.labelsWhenAbsent, dropsName: true, values: values)
        if !result.isEmpty { try sink(result) }
    }

    private func noteQuantiles(_ quantiles: [Double], of call: Call, at range: SourceRange) {
        for quantile in quantiles where !isQuantile(quantile) { annotations.quantileOutOfRange(quantile, at: range) }
    }

    /// A remark when what is treated as a counter is not called like one.
    private func noteNonCounter(_ labels: Labels, _ ranged: Expression) {
        var name = labels.metric
        if name.isEmpty, case .rangeSelector(let node) = ranged { name = node.selector.name }
        if name.isEmpty || ["_total", "_sum", "_count", "_bucket"].contains(where: { name.hasSuffix($0) }) { return }
        annotations.possibleNonCounter(name, at: ranged.range)
    }
}

/// Whether a column falls anywhere.
private func falls(_ values: UnsafeBufferPointer<Double>) -> Bool {
    var before = -Double.infinity
    for value in values {
        if value < before { return true }
        before = value
    }
    return false
}
