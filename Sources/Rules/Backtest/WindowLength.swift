import Model

/// How much of the past is gone through at once: as much as there is room for, because each window costs a query.
struct WindowLength {
    /// At the most so many times of the trial that is judged most often, and at the least.
    private static let times: ClosedRange<Int64> = 16...5760
    /// At first nobody knows how many series there are.
    private static let firstTimes: Int64 = 240

    private let mostValues: Int
    private let interval: Int64
    private var count = Self.firstTimes

    init(of intervals: [Int64], mostValues: Int) {
        interval = max(1, intervals.min() ?? 60_000)
        self.mostValues = mostValues
    }

    /// The length of a window.
    var milliseconds: Int64 {
        let (length, overflow) = interval.multipliedReportingOverflow(by: count)
        return overflow ? .max : length
    }

    /// Fits the length to how many values a trial had in the last window.
    mutating func adapt(toValues values: Int) {
        if values > mostValues {
            count /= 2
        } else if values < mostValues / 4 {
            count *= 2
        }
        count = min(max(count, Self.times.lowerBound), Self.times.upperBound)
    }
}
