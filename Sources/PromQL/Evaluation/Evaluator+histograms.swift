import Model

// Functions of classic histograms, whose buckets are series that differ in the label `le`.
extension Evaluator {
    func histogramQuantile(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let quantiles = try scalar(argument(call, 0), steps)
        let argument = try argument(call, 1)
        for quantile in quantiles where !isQuantile(quantile) {
            annotations.quantileOutOfRange(quantile, at: call.arguments[0].range)
        }
        try histograms(argument, steps, sink) { [self] histogram, step, labels in
            histogram.quantile(quantiles[step]) { mending in
                let time = steps.time(step)
                annotations.forcedMonotonicity(
                    .init(
                        firstTime: time, lastTime: time, lowestBound: mending.lowestBound,
                        highestBound: mending.highestBound, greatestDifference: mending.greatestDifference),
                    metric: options.delaysNameRemoval ? labels.metric : "", at: argument.range)
            }
        }
    }

    func histogramFraction(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let lower = try scalar(argument(call, 0), steps)
        let upper = try scalar(argument(call, 1), steps)
        try histograms(argument(call, 2), steps, sink) { histogram, step, _ in
            histogram.fraction(from: lower[step], to: upper[step])
        }
    }

    /// Puts the buckets of each histogram together, and evaluates something for each of them and each step.
    private func histograms(
        _ expression: Expression, _ steps: Steps, _ sink: @escaping Sink,
        _ evaluate: (inout ClassicHistogram, Int, Labels) throws -> Double
    ) throws {
        var groups: [(labels: Labels, dropsName: Bool, buckets: [(bound: Double, values: [Double])])] = []
        var places: [Labels: Int] = [:]
        try vector(expression, steps) { [self] series in
            let text = series.labels["le"] ?? ""
            guard let bound = bucketBound(text) else {
                let metric = options.delaysNameRemoval ? series.labels.metric : ""
                return annotations.badBucketLabel(text, metric: metric, at: expression.range)
            }
            try hold(series.values.count)
            let labels = series.labels.dropping(["le"])
            let place = places[labels] ?? groups.count
            if place == groups.count {
                places[labels] = place
                groups.append((labels, series.dropsName, []))
            }
            groups[place].buckets.append((bound, series.values))
        }
        try merging(whenNamesGoFrom: expression, needsLabels: true, sink) { [self] _, sink in
            for group in groups {
                try control.check()
                var values = Array(repeating: absent, count: steps.count)
                for step in 0..<steps.count {
                    let buckets = group.buckets.compactMap { bucket in
                        isAbsent(bucket.values[step])
                            ? nil : ClassicHistogram.Bucket(bound: bucket.bound, count: bucket.values[step])
                    }
                    if buckets.isEmpty { continue }
                    var histogram = ClassicHistogram(buckets)
                    values[step] = try evaluate(&histogram, step, group.labels)
                }
                release(group.buckets.count * steps.count)
                var series = StepSeries(labels: group.labels, values: values)
                dropName(&series)
                try sink(series)
            }
        }
    }
}

/// The upper bound that a label `le` gives.
private func bucketBound(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { readNumber(UnsafeRawBufferPointer($0))?.double }
}
