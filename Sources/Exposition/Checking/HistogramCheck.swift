import Model

/// One histogram of a family in OpenMetrics: the samples of one group at one time.
struct HistogramCheck {
    private let group: Labels?
    private let timestamp: Double?
    private var bound: Double?
    private var count: Double?
    private var highest: Double = 0
    private var hasNegativeBounds = false
    private var hasSum = false
    private var hasNegativeGaugeSum = false
    private var hasGaugeSum = false

    init(group: Labels?, timestamp: Double?) {
        self.group = group
        self.timestamp = timestamp
    }

    func belongs(_ sample: CheckedSample, group: Labels?) -> Bool {
        self.group == group && timestamp == sample.timestamp
    }

    /// Takes one sample in; what is wrong with it.
    mutating func take(_ sample: CheckedSample, suffix: String) -> String? {
        switch suffix {
        case "_bucket":
            guard let next = sample.number("le") else { return nil }
            if next < 0 { hasNegativeBounds = true }
            if let bound, next <= bound { return "the buckets are not in the order of their bounds" }
            if sample.value < highest { return "a bucket counts less than the one before it" }
            bound = next
            highest = sample.value
        case "_count", "_gcount":
            count = sample.value
        case "_sum":
            hasSum = true
        case "_gsum":
            hasGaugeSum = true
            if sample.value < 0 { hasNegativeGaugeSum = true }
        default:
            break
        }
        return nil
    }

    /// What is wrong with it as a whole.
    func completeness() -> [String] {
        var faults: [String] = []
        if bound != .infinity { faults.append("the bucket le=\"+Inf\" is missing") }
        if let count, bound == .infinity, count != highest {
            faults.append("the count is not that of the bucket le=\"+Inf\"")
        }
        if hasSum || hasGaugeSum, count == nil { faults.append("a sum without a count") }
        if !hasSum, !hasGaugeSum, count != nil { faults.append("a count without a sum") }
        if hasNegativeBounds, hasSum { faults.append("a sum has no meaning with negative bounds") }
        if !hasNegativeBounds, hasNegativeGaugeSum { faults.append("a negative sum without negative bounds") }
        return faults
    }
}
