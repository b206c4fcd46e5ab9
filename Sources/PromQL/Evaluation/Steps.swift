import Model

/// The times at which an expression is evaluated: one, or many evenly spaced ones.
public struct Steps: Sendable, Hashable {
    /// The first, in Unix milliseconds.
    public let start: Int64
    /// From one to the next, in milliseconds.
    public let interval: Int64
    /// How many there are; at least one, but for subqueries that have none.
    public let count: Int

    /// The furthest times there are: far beyond every sample, and what is reckoned from them does not overflow.
    static let times: ClosedRange<Int64> = -(1 << 58)...(1 << 58)

    /// One time.
    public init(at time: Int64) {
        start = time.clamped(to: Self.times)
        interval = 1
        count = 1
    }

    /// From `start` to `end` at the latest.
    public init(from start: Int64, to end: Int64, every interval: Int64) {
        self.start = start.clamped(to: Self.times)
        self.interval = max(1, interval)
        let length = end.clamped(to: Self.times) - self.start
        count = length < 0 ? 0 : Int(clamping: length / self.interval) + 1
    }

    /// The time of a step.
    public func time(_ step: Int) -> Int64 { start + Int64(step) * interval }

    /// The last time.
    public var end: Int64 { start + Int64(max(0, count - 1)) * interval }
}

extension Int64 {
    /// The nearest number within a range.
    func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
