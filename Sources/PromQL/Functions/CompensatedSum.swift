/// A sum that keeps what each addition rounds off (Kahan's way, in Neumaier's form).
struct CompensatedSum {
    var sum: Double
    var lost = 0.0

    init(_ first: Double = 0) { sum = first }

    @inline(__always)
    mutating func add(_ value: Double) {
        let total = sum + value
        if total.isInfinite {
            lost = 0
        } else if sum.magnitude >= value.magnitude {
            lost += (sum - total) + value
        } else {
            lost += (value - total) + sum
        }
        sum = total
    }

    @inline(__always)
    var total: Double { sum + lost }
}

/// A mean: of the sum as long as that fits into a double, and from then on reckoned step by step.
struct CompensatedMean {
    private var sum: CompensatedSum
    private var count = 1.0
    private var isIncremental = false

    init(_ first: Double) { sum = CompensatedSum(first) }

    mutating func add(_ value: Double) {
        count += 1
        if !isIncremental {
            var next = sum
            next.add(value)
            if !next.sum.isInfinite {
                sum = next
                return
            }
            isIncremental = true
            sum.sum /= count - 1
            sum.lost /= count - 1
        }
        let share = (count - 1) / count
        sum.sum *= share
        sum.lost *= share
        sum.add(value / count)
    }

    var mean: Double { isIncremental ? sum.total : sum.sum / count + sum.lost / count }
}
