/// The samples of one series that a range function looks at for one step: those after `start` up to and with `end`.
struct RangeWindow {
    let timestamps: UnsafeBufferPointer<Int64>
    let values: UnsafeBufferPointer<Double>
    /// The samples of the window, as places in the columns.
    let samples: Range<Int>
    let start: Int64
    let end: Int64
    /// The time of the step.
    let time: Int64
    /// The function's scalar argument at this step, 0 where it has none.
    let parameter: Double
    /// Whether the series falls somewhere in all that was read of it: if not, no counter was reset.
    let mayFall: Bool

    var count: Int { samples.count }
    var first: Int { samples.lowerBound }
    var last: Int { samples.upperBound - 1 }
}

/// A function of a range vector: what it gives for a window that is not empty, `absent` if nothing.
struct RangeFunction: Sendable {
    /// What it gives for each step.
    let column: @Sendable (SlidingWindow) throws(QueryError) -> [Double]
    /// Where its scalar argument stands among the arguments.
    let parameterIndex: Int?
    /// Whether values mean what the metric's name says.
    let keepsName: Bool
    /// Whether it is meant for counters.
    let isForCounters: Bool

    private static func extrapolated(isCounter: Bool, isRate: Bool) -> RangeFunction {
        RangeFunction(isForCounters: isCounter) { window throws(QueryError) in
            var extrapolation = Extrapolation(isCounter: isCounter, isRate: isRate)
            return try window.column { extrapolation.change(over: $0) }
        }
    }

    private init(
        isForCounters: Bool, column: @escaping @Sendable (SlidingWindow) throws(QueryError) -> [Double]
    ) {
        self.column = column
        self.isForCounters = isForCounters
        parameterIndex = nil
        keepsName = false
    }

    @inline(__always)
    private init(
        parameterIndex: Int? = nil, keepsName: Bool = false, isForCounters: Bool = false,
        _ evaluate: @escaping @Sendable (RangeWindow) -> Double
    ) {
        column = { window throws(QueryError) in try window.column(evaluate) }
        self.parameterIndex = parameterIndex
        self.keepsName = keepsName
        self.isForCounters = isForCounters
    }

    static func named(_ name: String) -> RangeFunction? { table[name] }

    private static let table: [String: RangeFunction] = [
        "avg_over_time": .init { $0.average },
        "changes": .init { $0.changes },
        "count_over_time": .init { Double($0.count) },
        "delta": .extrapolated(isCounter: false, isRate: false),
        "deriv": .init { $0.slope },
        "first_over_time": .init(keepsName: true) { $0.values[$0.first] },
        "idelta": .init { $0.instantChange(isRate: false) },
        "increase": .extrapolated(isCounter: true, isRate: false),
        "irate": .init(isForCounters: true) { $0.instantChange(isRate: true) },
        "last_over_time": .init(keepsName: true) { $0.values[$0.last] },
        "max_over_time": .init { $0.extreme { $0 > $1 } },
        "min_over_time": .init { $0.extreme { $0 < $1 } },
        "predict_linear": .init(parameterIndex: 1) { $0.prediction },
        "present_over_time": .init { _ in 1 },
        "quantile_over_time": .init(parameterIndex: 0) { quantile($0.parameter, $0.array) },
        "rate": .extrapolated(isCounter: true, isRate: true),
        "resets": .init { $0.resets },
        "stddev_over_time": .init { $0.variance.squareRoot() },
        "stdvar_over_time": .init { $0.variance },
        "sum_over_time": .init { $0.sum },
    ]
}

// What is reckoned over all samples alike.
extension RangeWindow {
    var array: [Double] { Array(values[samples]) }

    var sum: Double {
        var sum = CompensatedSum()
        for place in samples { sum.add(values[place]) }
        return sum.sum.isInfinite ? sum.sum : sum.total
    }

    var average: Double {
        var mean = CompensatedMean(values[first])
        for place in samples.dropFirst() { mean.add(values[place]) }
        return mean.mean
    }

    /// The value that comes before all others; NaN only where there is nothing else.
    func extreme(_ comesBefore: (Double, Double) -> Bool) -> Double {
        var found = values[first]
        for place in samples where comesBefore(values[place], found) || found.isNaN { found = values[place] }
        return found
    }

    var variance: Double {
        var count = 0.0
        var mean = CompensatedSum()
        var squares = CompensatedSum()
        for place in samples {
            count += 1
            let difference = values[place] - mean.total
            mean.add(difference / count)
            squares.add(difference * (values[place] - mean.total))
        }
        return squares.total / count
    }

    var changes: Double {
        var changes = 0.0
        for place in samples.dropFirst() {
            let (before, value) = (values[place - 1], values[place])
            if value != before, !(value.isNaN && before.isNaN) { changes += 1 }
        }
        return changes
    }

    var resets: Double {
        var resets = 0.0
        for place in samples.dropFirst() where values[place] < values[place - 1] { resets += 1 }
        return resets
    }
}
