/// A window that slides over the samples of one series, from step to step.
struct SlidingWindow {
    let timestamps: UnsafeBufferPointer<Int64>
    let values: UnsafeBufferPointer<Double>
    let ranges: Evaluator.Ranges
    let steps: Steps
    let parameters: [Double]?
    let mayFall: Bool
    let control: QueryControl

    /// What a function gives for each step. Made anew for each function that is written into it: a call for each step would
    /// cost more than most functions.
    @inline(__always)
    func column(_ evaluate: (RangeWindow) -> Double) throws(QueryError) -> [Double] {
        var column = Array(repeating: absent, count: steps.count)
        var first = 0
        var next = 0
        var looked = 0
        for step in 0..<steps.count {
            // One series with long windows is enough to be busy for hours.
            if looked > 1 << 16 {
                looked = 0
                try control.check()
            }
            let time = steps.time(step)
            let end = ranges.end(time)
            let start = end - ranges.length
            while first < timestamps.count, timestamps[first] <= start { first += 1 }
            next = max(next, first)
            while next < timestamps.count, timestamps[next] <= end { next += 1 }
            if first == next { continue }
            looked += next - first
            column[step] = evaluate(
                RangeWindow(
                    timestamps: timestamps, values: values, samples: first..<next, start: start, end: end, time: time,
                    parameter: parameters?[step] ?? 0, mayFall: mayFall))
        }
        return column
    }
}
