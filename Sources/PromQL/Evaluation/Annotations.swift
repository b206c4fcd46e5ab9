import Model

/// What is worth knowing about a result although there is one: warnings, and remarks that may explain it.
struct Annotations {
    enum Kind {
        case warning
        case info
    }

    private struct Entry {
        var kind: Kind
        var range: SourceRange
        var forced: ForcedMonotonicity?
    }

    /// How the counts of histograms were mended.
    struct ForcedMonotonicity {
        var firstTime: Int64
        var lastTime: Int64
        var lowestBound: Double
        var highestBound: Double
        var greatestDifference: Double
        var count = 1

        mutating func merge(_ other: ForcedMonotonicity) {
            firstTime = min(firstTime, other.firstTime)
            lastTime = max(lastTime, other.lastTime)
            lowestBound = min(lowestBound, other.lowestBound)
            highestBound = max(highestBound, other.highestBound)
            greatestDifference = max(greatestDifference, other.greatestDifference)
            count += other.count
        }
    }

    private var entries: [String: Entry] = [:]
    private var order: [String] = []

    private mutating func add(_ kind: Kind, _ message: String, at range: SourceRange) {
        if entries[message] == nil { order.append(message) }
        entries[message] = Entry(kind: kind, range: range)
    }

    /// The texts of one kind, in the order in which they first came, with their places in the query.
    func texts(_ kind: Kind, in query: String) -> [String] {
        order.compactMap { message in
            guard let entry = entries[message], entry.kind == kind else { return nil }
            return "\(message)\(entry.forced.map(Self.details) ?? "") (\(entry.range.place(in: query)))"
        }
    }

    private static func details(_ forced: ForcedMonotonicity) -> String {
        func seconds(_ time: Int64) -> String {
            String(formatTimestamp(floorDivide(time, by: 1000) * 1000).dropLast(5)) + "Z"
        }
        return
            ", from buckets \(formatExpositionValue(forced.lowestBound)) to \(formatExpositionValue(forced.highestBound))"
            + ", with a max diff of \(formatTwoDigits(forced.greatestDifference)), over \(forced.count) samples"
            + " from \(seconds(forced.firstTime)) to \(seconds(forced.lastTime))"
    }
}

// What there is to be said.
extension Annotations {
    mutating func quantileOutOfRange(_ quantile: Double, at range: SourceRange) {
        add(
            .warning,
            "PromQL warning: quantile value should be between 0 and 1, got \(formatExpositionValue(quantile))",
            at: range)
    }

    mutating func badBucketLabel(_ label: String, metric: String, at range: SourceRange) {
        add(
            .warning,
            "PromQL warning: bucket label \"le\" is missing or has a malformed value of \(quoted(label))"
                + forMetric(metric), at: range)
    }

    mutating func sortInRangeQuery(at range: SourceRange) {
        add(
            .warning,
            "PromQL warning: sort is ineffective for range queries since results are always ordered by labels",
            at: range)
    }

    mutating func possibleNonCounter(_ metric: String, at range: SourceRange) {
        add(
            .info,
            "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                + quoted(metric), at: range)
    }

    mutating func nativeHistogramsOnly(_ function: String, at range: SourceRange) {
        add(
            .info, "PromQL info: native histograms are not stored, so \(function)() has no result", at: range)
    }

    mutating func forcedMonotonicity(_ forced: ForcedMonotonicity, metric: String, at range: SourceRange) {
        let message =
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
            + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)" + forMetric(metric)
        var all = forced
        if let before = entries[message]?.forced { all.merge(before) }
        add(.info, message, at: range)
        entries[message]?.forced = all
    }

    private func forMetric(_ metric: String) -> String {
        metric.isEmpty ? "" : " for metric name \(quoted(metric))"
    }
}

/// A number with two significant digits, as C's `%.2g`.
private func formatTwoDigits(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return formatExpositionValue(value) }
    var exponent = 0
    var scaled = value.magnitude
    while scaled >= 100 { (scaled, exponent) = (scaled / 10, exponent + 1) }
    while scaled < 10 { (scaled, exponent) = (scaled * 10, exponent - 1) }
    var digits = Int64(scaled.rounded(.toNearestOrEven))
    if digits == 100 { (digits, exponent) = (10, exponent + 1) }
    let number = DecimalNumber(negative: value < 0, mantissa: UInt64(digits), exponent: exponent)
    let power = exponent + 1
    guard power >= 2 else { return formatExpositionValue(number.double) }
    let fraction = digits % 10 == 0 ? "" : ".\(digits % 10)"
    return "\(value < 0 ? "-" : "")\(digits / 10)\(fraction)e+\(power < 10 ? "0" : "")\(power)"
}
