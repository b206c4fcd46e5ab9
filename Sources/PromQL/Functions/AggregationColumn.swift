/// What an aggregation has of one group so far, for every step.
struct AggregationColumn {
    private let aggregator: Aggregator
    /// Sums, counts, extremes; `absent` where no member had a value yet.
    private var values: [Double]
    /// For sums: what was rounded off. For variances: the means.
    private var seconds: [Double] = []
    private var counts: [Double] = []
    private var means: [CompensatedMean?] = []
    private var lists: [[Double]] = []

    init(_ aggregator: Aggregator, steps: Int) {
        self.aggregator = aggregator
        values = Array(repeating: absent, count: steps)
        switch aggregator {
        case .sum: seconds = Array(repeating: 0, count: steps)
        case .avg: means = Array(repeating: nil, count: steps)
        case .stddev, .stdvar:
            seconds = Array(repeating: 0, count: steps)
            counts = seconds
        case .quantile: lists = Array(repeating: [], count: steps)
        default: break
        }
    }

    /// Takes the column of a member.
    mutating func add(_ column: [Double]) {
        switch aggregator {
        case .sum: addToSums(column)
        case .count: combine(column, { _ in 1 }) { before, _ in before + 1 }
        case .group: combine(column, { _ in 1 }) { before, _ in before }
        case .max: combine(column, { $0 }) { before, value in before < value || before.isNaN ? value : before }
        case .min: combine(column, { $0 }) { before, value in before > value || before.isNaN ? value : before }
        case .avg:
            for step in column.indices where !isAbsent(column[step]) {
                if means[step] == nil {
                    means[step] = CompensatedMean(column[step])
                } else {
                    means[step]?.add(column[step])
                }
            }
        case .stddev, .stdvar: addToVariances(column)
        case .quantile:
            for step in column.indices where !isAbsent(column[step]) { lists[step].append(column[step]) }
        case .topk, .bottomk, .limitk, .limitRatio, .countValues: break
        }
    }

    @inline(__always)
    private mutating func combine(
        _ column: [Double], _ first: (Double) -> Double, _ next: (Double, Double) -> Double
    ) {
        for step in column.indices where !isAbsent(column[step]) {
            values[step] = isAbsent(values[step]) ? first(column[step]) : next(values[step], column[step])
        }
    }

    private mutating func addToSums(_ column: [Double]) {
        values.withUnsafeMutableBufferPointer { sums in
            seconds.withUnsafeMutableBufferPointer { lost in
                for (step, value) in column.enumerated() where !isAbsent(value) {
                    if isAbsent(sums[step]) {
                        sums[step] = value
                        continue
                    }
                    var sum = CompensatedSum(sums[step])
                    sum.lost = lost[step]
                    sum.add(value)
                    (sums[step], lost[step]) = (sum.sum, sum.lost)
                }
            }
        }
    }

    private mutating func addToVariances(_ column: [Double]) {
        for step in column.indices where !isAbsent(column[step]) {
            let value = column[step]
            counts[step] += 1
            if isAbsent(values[step]) {
                values[step] = value.isFinite ? 0 : .nan
                seconds[step] = value
                continue
            }
            let difference = value - seconds[step]
            seconds[step] += difference / counts[step]
            values[step] += difference * (value - seconds[step])
        }
    }

    /// The aggregate at each step; `quantiles` for the aggregator that needs them.
    func result(_ quantiles: [Double]?) -> [Double] {
        switch aggregator {
        case .sum: zip(values, seconds).map { isAbsent($0) ? absent : $0 + $1 }
        case .avg: means.map { $0?.mean ?? absent }
        case .stdvar: zip(values, counts).map { isAbsent($0) ? absent : $0 / $1 }
        case .stddev: zip(values, counts).map { isAbsent($0) ? absent : ($0 / $1).squareRoot() }
        case .quantile:
            zip(lists, quantiles ?? []).map { list, wanted in list.isEmpty ? absent : quantile(wanted, list) }
        default: values
        }
    }
}
