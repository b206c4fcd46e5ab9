/// What kind of metric a family is, as expositions declare it.
public enum MetricType: String, Sendable, Hashable, CaseIterable {
    /// A total that only grows, and starts again at zero.
    case counter
    /// A value that goes up and down.
    case gauge
    /// Cumulative buckets, a sum and a count.
    case histogram
    /// Buckets that go up and down (OpenMetrics only).
    case gaugehistogram
    /// Quantiles, a sum and a count.
    case summary
    /// Labels about something, always 1 (OpenMetrics only).
    case info
    /// One of several states (OpenMetrics only).
    case stateset
    /// Not declared, or declared as unknown; the text format says `untyped`.
    case unknown
}

extension MetricType {
    /// The type that a token of a `# TYPE` line names; `untyped` is `unknown`.
    init?(token: UnsafeRawBufferPointer) {
        for type in MetricType.allCases where type.rawValue.utf8.elementsEqual(token) {
            self = type
            return
        }
        guard token.elementsEqual("untyped".utf8) else { return nil }
        self = .unknown
    }
}
