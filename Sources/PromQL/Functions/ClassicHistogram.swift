/// The buckets of a classic histogram at one time.
struct ClassicHistogram {
    struct Bucket {
        /// The upper bound, which belongs to the bucket.
        var bound: Double
        /// How many observations there were up to it.
        var count: Double
    }

    /// How counts that fell were mended.
    struct Mending {
        var lowestBound = Double.infinity
        var highestBound = -Double.infinity
        var greatestDifference = 0.0
    }

    private var buckets: [Bucket]

    /// From buckets in any order, of which there is at least one.
    init(_ buckets: [Bucket]) {
        var merged: [Bucket] = []
        for bucket in buckets.sorted(by: { $0.bound < $1.bound }) {
            if let last = merged.indices.last, merged[last].bound == bucket.bound {
                merged[last].count += bucket.count
            } else {
                merged.append(bucket)
            }
        }
        self.buckets = merged
    }

    /// Without a bucket for everything nothing can be said.
    private var isComplete: Bool { buckets.last?.bound == .infinity }

    /// The quantile, with the observations of a bucket spread evenly over it. Counts that fall from one bucket to the next
    /// are mended first, and that is told.
    mutating func quantile(_ quantile: Double, mended: (Mending) -> Void) -> Double {
        if quantile.isNaN { return .nan }
        if quantile < 0 { return -.infinity }
        if quantile > 1 { return .infinity }
        guard isComplete else { return .nan }
        if let mending = mend() { mended(mending) }
        guard buckets.count >= 2, let observations = buckets.last?.count, observations != 0 else { return .nan }
        var rank = quantile * observations
        let place = buckets.dropLast().firstIndex { $0.count >= rank } ?? buckets.count - 1
        if place == buckets.count - 1 { return buckets[place - 1].bound }
        if place == 0, buckets[0].bound <= 0 { return buckets[0].bound }
        var start = 0.0
        var count = buckets[place].count
        if place > 0 {
            start = buckets[place - 1].bound
            count -= buckets[place - 1].count
            rank -= buckets[place - 1].count
        }
        return start + (buckets[place].bound - start) * (rank / count)
    }

    /// The share of the observations between two values.
    func fraction(from lower: Double, to upper: Double) -> Double {
        guard isComplete, let first = buckets.first, let count = buckets.last?.count, count != 0, !lower.isNaN,
            !upper.isNaN
        else { return .nan }
        if lower >= upper { return 0 }
        let lowest = first.bound <= 0 ? -Double.infinity : 0
        // Counts that fall may promise more observations than there are.
        return (min(count, observations(below: upper, lowest)) - min(count, observations(below: lower, lowest))) / count
    }

    /// How many observations lie below a value.
    private func observations(below value: Double, _ lowest: Double) -> Double {
        var start = lowest
        var before = 0.0
        for bucket in buckets {
            if start >= value { return before }
            if bucket.bound > value {
                // An endless bucket says nothing of where its observations lie.
                if start == -.infinity { return bucket.count }
                return before + (bucket.count - before) * (value - start) / (bucket.bound - start)
            }
            before = bucket.count
            start = bucket.bound
        }
        return before
    }

    /// Makes counts that fall the same as the one before: what a scrape between two updates, or rounding, leaves behind.
    /// Differences that only rounding makes are not told.
    private mutating func mend() -> Mending? {
        var mending: Mending?
        guard var before = buckets.first?.count else { return nil }
        for place in buckets.indices.dropFirst() {
            let count = buckets[place].count
            if count == before { continue }
            if isAlmostEqual(before, count) {
                buckets[place].count = before
            } else if count < before {
                buckets[place].count = before
                var all = mending ?? Mending()
                all.lowestBound = min(all.lowestBound, buckets[place].bound)
                all.highestBound = max(all.highestBound, buckets[place].bound)
                all.greatestDifference = max(all.greatestDifference, before - count)
                mending = all
            } else {
                before = count
            }
        }
        return mending
    }
}

/// Whether two counts differ by no more than rounding does.
private func isAlmostEqual(_ a: Double, _ b: Double) -> Bool {
    let difference = (a - b).magnitude
    let sum = a.magnitude + b.magnitude
    if a == 0 || b == 0 || sum < Double.leastNormalMagnitude {
        return difference < 1e-12 * Double.leastNormalMagnitude
    }
    return difference / min(sum, Double.greatestFiniteMagnitude) < 1e-12
}
