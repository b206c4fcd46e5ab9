import Model

/// The answer to a query.
public struct QueryResult: Sendable {
    /// What it evaluates to.
    public var value: QueryValue
    /// What may be wrong with it.
    public var warnings: [String]
    /// What may explain it.
    public var infos: [String]
    /// What it took.
    public var statistics: QueryStatistics
}

/// What a query evaluates to.
public enum QueryValue: Sendable {
    /// A number, at the time it was asked for.
    case scalar(Double, at: Int64)
    /// A text.
    case string(String, at: Int64)
    /// A value for each series, all at one time.
    case vector([VectorElement], at: Int64)
    /// Samples of series.
    case matrix([SeriesPoints])
}

/// A series and its value.
public struct VectorElement: Sendable {
    /// The labels, the metric's name among them where it has one.
    public var labels: Labels
    /// The value.
    public var value: Double

    /// A series and its value.
    public init(labels: Labels, value: Double) {
        self.labels = labels
        self.value = value
    }
}

/// A series and its samples.
public struct SeriesPoints: Sendable {
    /// The labels, the metric's name among them where it has one.
    public var labels: Labels
    /// A value for each step, as the engine reckons with them; or samples with times of their own.
    private let content: Content

    private enum Content: Sendable {
        case steps(Steps, [Double])
        case samples([Int64], [Double])
    }

    init(labels: Labels, steps: Steps, values: [Double]) {
        self.labels = labels
        content = .steps(steps, values)
    }

    /// A series with samples at times of their own, as many of the one as of the other.
    public init(labels: Labels, timestamps: [Int64], values: [Double]) {
        self.labels = labels
        content = .samples(timestamps, values)
    }

    /// Calls `body` with each sample, in the order of time.
    public func forEach(_ body: (_ timestamp: Int64, _ value: Double) throws -> Void) rethrows {
        switch content {
        case .steps(let steps, let values):
            for step in values.indices where !isAbsent(values[step]) { try body(steps.time(step), values[step]) }
        case .samples(let timestamps, let values):
            for (timestamp, value) in zip(timestamps, values) { try body(timestamp, value) }
        }
    }

    /// The number of samples.
    public var count: Int {
        switch content {
        case .steps(_, let values): values.reduce(0) { isAbsent($1) ? $0 : $0 + 1 }
        case .samples(let timestamps, _): timestamps.count
        }
    }
}
