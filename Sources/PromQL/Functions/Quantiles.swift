/// The quantile of values, between two of them by their distance. NaN counts as the least of all.
func quantile(_ quantile: Double, _ values: [Double]) -> Double {
    if values.isEmpty || quantile.isNaN { return .nan }
    if quantile < 0 { return -.infinity }
    if quantile > 1 { return .infinity }
    let sorted = values.sorted { a, b in a.isNaN ? !b.isNaN : a < b }
    let rank = quantile * Double(sorted.count - 1)
    let lower = max(0, Int(rank))
    let upper = min(sorted.count - 1, lower + 1)
    let weight = rank - rank.rounded(.down)
    return sorted[lower] * (1 - weight) + sorted[upper] * weight
}

/// Whether a quantile is one.
func isQuantile(_ value: Double) -> Bool { value >= 0 && value <= 1 }
