import Model

/// How much of the past is gone through at once: as much as there is room for, because each window costs a query.
struct WindowLength {
    /// At the most so many times of the trial that is judged most often, and at the least.
    private static let times: ClosedRange<Int64> = 16...5760
    /// At first nobody knows how many series there are: it may be so many.
    private static let expectedSeries = 8000

    private let mostValues: Int
    private let interval: Int64
    private var count: Int64

    init(of intervals: [Int64], mostValues: Int) {
        interval = max(1, intervals.min() ?? 60_000)
        self.mostValues = mostValues
        count = Int64(mostValues / Self.expectedSeries).clamped(to: Self.times)
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
        count = count.clamped(to: Self.times)
    }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
