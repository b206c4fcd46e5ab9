import Model

// What comes out of the source: the last value before each step, or the samples of ranges.
extension Evaluator {
    /// What a selector gives of the sample it finds.
    enum Given {
        case values
        /// Its time in seconds.
        case timestamps
    }

    /// The series of an instant selector.
    func select(
        _ selector: InstantSelector, _ steps: Steps, needsLabels: Bool, giving given: Given, _ sink: @escaping Sink
    ) throws {
        let offset = try milliseconds(selector.modifier.offset, mayBeNegative: true)
        // Fixed in time, it is looked up once.
        let fixed = fixedTime(selector.modifier)
        let lookups = fixed.map { Steps(at: $0 - offset) } ?? steps.moved(by: -offset)
        let lookBack = options.lookBack
        try forEachSeries(selector.matchers, from: lookups.start - lookBack + 1, to: lookups.end) { cursor in
            var values = Array(repeating: absent, count: steps.count)
            var isFound = false
            try cursor.withSamples { timestamps, samples in
                var next = 0
                var step = 0
                while step < lookups.count {
                    let time = lookups.time(step)
                    while next < timestamps.count, timestamps[next] <= time { next += 1 }
                    if next > 0, timestamps[next - 1] > time - lookBack, !isStale(samples[next - 1]) {
                        values[step] = given == .values ? samples[next - 1] : Double(timestamps[next - 1]) / 1000
                        isFound = true
                    }
                    step += 1
                }
                count(min(samples.count, lookups.count))
            }
            guard isFound else { return }
            if fixed != nil, let value = values.first { values = Array(repeating: value, count: steps.count) }
            try sink(StepSeries(labels: needsLabels ? cursor.labels : .none, values: values))
        }
    }

    /// Samples that a range function looks at: what windows there are, and of which series.
    struct Ranges {
        var length: Int64
        var offset: Int64
        /// The end of the one window that all steps share, when it is fixed in time.
        var fixedEnd: Int64?

        /// The end of the window of a step.
        func end(_ time: Int64) -> Int64 { fixedEnd ?? time - offset }
    }

    /// Takes the samples of a series, stale markers taken out.
    typealias SampleSink = (
        _ labels: Labels, _ dropsName: Bool, _ timestamps: UnsafeBufferPointer<Int64>,
        _ values: UnsafeBufferPointer<Double>
    ) throws -> Void

    /// The windows of a range vector, and the samples of each of its series within them.
    func ranges(
        of expression: Expression, _ steps: Steps, needsLabels: Bool, _ sink: (Ranges) throws -> SampleSink
    ) throws {
        switch expression.unwrapped {
        case .rangeSelector(let node):
            let ranges = try ranges(node.length, node.selector.modifier)
            let body = try sink(ranges)
            try samples(
                node.selector.matchers, from: ranges.end(steps.start) - ranges.length + 1, to: ranges.end(steps.end),
                needsLabels: needsLabels, body)
        case .subquery(let node):
            let ranges = try ranges(node.length, node.modifier)
            let body = try sink(ranges)
            try subquery(node, ranges, steps, needsLabels: needsLabels, body)
        default:
            throw QueryError.execution("expected a range vector, got \(expression.type.documentedName)")
        }
    }

    private func ranges(_ length: DurationExpression, _ modifier: TimeModifier) throws(QueryError) -> Ranges {
        let offset = try milliseconds(modifier.offset, mayBeNegative: true)
        return Ranges(
            length: try milliseconds(length), offset: offset, fixedEnd: fixedTime(modifier).map { $0 - offset })
    }

    private func samples(
        _ matchers: [LabelMatcher], from: Int64, to: Int64, needsLabels: Bool, _ body: SampleSink
    ) throws {
        var kept = SampleColumns()
        try forEachSeries(matchers, from: from, to: to) { cursor in
            try cursor.withSamples { timestamps, values in
                if values.isEmpty { return }
                try hold(values.count)
                defer { release(values.count) }
                count(values.count)
                let labels = needsLabels ? try cursor.labels : .none
                guard values.contains(where: isStale) else { return try body(labels, false, timestamps, values) }
                kept.removeAll()
                for (timestamp, value) in zip(timestamps, values) where !isStale(value) {
                    kept.append(timestamp, value)
                }
                if kept.values.isEmpty { return }
                try kept.lend { try body(labels, false, $0, $1) }
            }
        }
    }

    /// Evaluates the inside of a subquery on steps of its own, and gives the values as samples.
    private func subquery(
        _ node: Subquery, _ ranges: Ranges, _ steps: Steps, needsLabels: Bool, _ body: @escaping SampleSink
    ) throws {
        let interval = try node.step.map { try milliseconds($0) } ?? options.subqueryInterval
        let begin = ranges.end(steps.start) - ranges.length
        // The first multiple of the interval within the first window.
        var first = begin / interval * interval
        if first <= begin { first += interval }
        let inner = Steps(from: first, to: ranges.end(steps.end), every: interval)
        if inner.count == 0 { return }
        try hold(inner.count)
        defer { release(inner.count) }
        var columns = SampleColumns()
        try vector(node.inner, inner, needsLabels: needsLabels) { series in
            columns.removeAll()
            for step in series.values.indices where !isAbsent(series.values[step]) {
                columns.append(inner.time(step), series.values[step])
            }
            if columns.values.isEmpty { return }
            try columns.lend { try body(series.labels, series.dropsName, $0, $1) }
        }
    }

    /// The samples of a range vector at one time: what an instant query for it answers.
    func samples(_ expression: Expression, at time: Int64) throws -> [SeriesPoints] {
        var all: [SeriesPoints] = []
        let dropsNames = options.delaysNameRemoval
        try ranges(of: expression, Steps(at: time), needsLabels: true) { _ in
            { labels, dropsName, timestamps, values in
                try self.hold(values.count)
                all.append(
                    SeriesPoints(
                        labels: dropsName && dropsNames ? labels.withoutMetric : labels,
                        timestamps: Array(timestamps), values: Array(values)))
            }
        }
        all.sort { $0.labels < $1.labels }
        return all
    }

    private func forEachSeries(
        _ matchers: [LabelMatcher], from: Int64, to: Int64, _ body: (any SeriesCursor) throws -> Void
    ) throws {
        let cursor = try source.select(matchers, from: from, to: to)
        defer { cursor.close() }
        while try cursor.next() {
            try control.check()
            try body(cursor)
        }
    }
}

extension SampleColumns {
    /// Lends the columns for a call.
    func lend(
        _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Double>) throws -> Void
    ) rethrows {
        try timestamps.withUnsafeBufferPointer { timestamps in
            try values.withUnsafeBufferPointer { values in try body(timestamps, values) }
        }
    }
}

extension Steps {
    /// The same steps earlier or later.
    func moved(by milliseconds: Int64) -> Steps {
        Steps(from: start + milliseconds, to: end + milliseconds, every: interval)
    }
}
