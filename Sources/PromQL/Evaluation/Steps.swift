import Model

/// The times at which an expression is evaluated: one, or many evenly spaced ones.
public struct Steps: Sendable, Hashable {
    /// The first, in Unix milliseconds.
    public let start: Int64
    /// From one to the next, in milliseconds.
    public let interval: Int64
    /// How many there are; at least one, but for subqueries that have none.
    public let count: Int

    /// One time.
    public init(at time: Int64) {
        start = time
        interval = 1
        count = 1
    }

    /// From `start` to `end` at the latest.
    public init(from start: Int64, to end: Int64, every interval: Int64) {
        self.start = start
        self.interval = max(1, interval)
        let (length, overflow) = end.subtractingReportingOverflow(start)
        count = overflow || length < 0 ? 0 : Int(clamping: length / self.interval) + 1
    }

    /// The time of a step.
    public func time(_ step: Int) -> Int64 { start + Int64(step) * interval }

    /// The last time.
    public var end: Int64 { start + Int64(max(0, count - 1)) * interval }
}
