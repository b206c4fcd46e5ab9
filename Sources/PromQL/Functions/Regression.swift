// Straight lines through the samples of a window.
extension RangeWindow {
    /// The change per second.
    var slope: Double {
        // Counted from the first sample: times since 1970 have no digits left for the rest.
        count < 2 ? absent : regression(from: timestamps[first]).slope
    }

    /// The value so many seconds after the step.
    var prediction: Double {
        if count < 2 { return absent }
        let line = regression(from: time)
        return line.slope * parameter + line.intercept
    }

    /// The line with the least squares, its intercept being the value at `origin`.
    private func regression(from origin: Int64) -> (slope: Double, intercept: Double) {
        let firstValue = values[first]
        var isConstant = true
        var (x, y, xy, xx) = (CompensatedSum(), CompensatedSum(), CompensatedSum(), CompensatedSum())
        for place in samples {
            if values[place] != firstValue, place != first { isConstant = false }
            let seconds = Double(timestamps[place] - origin) / 1000
            x.add(seconds)
            y.add(values[place])
            xy.add(seconds * values[place])
            xx.add(seconds * seconds)
        }
        if isConstant { return firstValue.isInfinite ? (.nan, .nan) : (0, firstValue) }
        let n = Double(count)
        let covariance = xy.total - x.total * y.total / n
        let variance = xx.total - x.total * x.total / n
        let slope = covariance / variance
        return (slope, y.total / n - slope * x.total / n)
    }
}
