import Glibc

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
        switch token.count {
        case 4 where token.equals("info"): self = .info
        case 5 where token.equals("gauge"): self = .gauge
        case 7 where token.equals("counter"): self = .counter
        case 7 where token.equals("summary"): self = .summary
        case 7 where token.equals("unknown"), 7 where token.equals("untyped"): self = .unknown
        case 8 where token.equals("stateset"): self = .stateset
        case 9 where token.equals("histogram"): self = .histogram
        case 14 where token.equals("gaugehistogram"): self = .gaugehistogram
        default: return nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of a word.
    func equals(_ word: StaticString) -> Bool {
        guard let start = baseAddress else { return word.utf8CodeUnitCount == 0 }
        return count == word.utf8CodeUnitCount && memcmp(start, word.utf8Start, count) == 0
    }
}
