import Model

/// A family of a document as far as it has been read.
struct CheckedFamily {
    let name: String
    /// Where it is first mentioned.
    let place: Place
    var type: MetricType?
    var unit: String?
    var hasHelp = false
    private(set) var hasSamples = false
    /// The names of labels that occur.
    private(set) var labelNames: Set<String> = []

    /// Which samples have been seen, so that none comes twice.
    private var seen = SeenLabels()
    /// The groups that are closed: no sample of theirs may follow.
    private var closedGroups = SeenLabels()
    private var group: Labels?
    private var groupTimestamp: Double?
    /// The histogram under way.
    private var histogram: HistogramCheck?
    /// What was found wrong with histograms when they ended.
    private var histogramFaults: [String] = []

    init(name: String, place: Place) {
        self.name = name
        self.place = place
    }

    /// The suffixes that samples of the type have in OpenMetrics.
    private var suffixes: [String] {
        switch type ?? .unknown {
        case .counter: ["_total", "_created"]
        case .summary: ["", "_count", "_sum", "_created"]
        case .histogram: ["_count", "_sum", "_bucket", "_created"]
        case .gaugehistogram: ["_gcount", "_gsum", "_bucket"]
        case .info: ["_info"]
        case .gauge, .stateset, .unknown: [""]
        }
    }

    /// Every name that no other family may use.
    var claimedNames: [String] { (suffixes.contains("") ? [] : [name]) + suffixes.map { name + $0 } }

    /// Whether a sample of this name belongs to the family.
    func allows(_ sample: String, in format: ExpositionFormat) -> Bool {
        guard format == .text else { return suffixes.contains { sameBytes(name + $0, sample) } }
        let more: [String] =
            switch type {
            case .histogram: ["_bucket", "_count", "_sum"]
            case .summary: ["_count", "_sum"]
            default: []
            }
        return sameBytes(name, sample) || more.contains { sameBytes(name + $0, sample) }
    }

    private func suffix(of sample: CheckedSample) -> String {
        String(decoding: sample.name.utf8.dropFirst(name.utf8.count), as: UTF8.self)
    }

    private mutating func note(_ sample: CheckedSample) {
        hasSamples = true
        for pair in sample.labels.pairs { labelNames.insert(pair.name) }
    }

    /// The text format's rules for one sample: what is wrong with it.
    mutating func takeLeniently(_ sample: CheckedSample) -> [String] {
        note(sample)
        var faults: [String] = []
        let number: (label: String, needed: Bool)? =
            switch type {
            case .histogram: ("le", suffix(of: sample) == "_bucket")
            case .summary: ("quantile", suffix(of: sample) == "")
            default: nil
            }
        if let number, sample.labels[number.label] != nil || number.needed, sample.number(number.label) == nil {
            faults.append("label \(number.label) has to be a number")
        }
        // The same series may come again at another time, or in a summary's or histogram's other sample.
        let time = sample.timestamp.map { formatAPIValue($0) } ?? ""
        let identity = sample.labels.setting("", sample.name + " " + time)
        if !seen.insert(identity) { faults.append("the series stands here a second time") }
        return faults
    }

    /// OpenMetrics' rules for one sample: what is wrong with it.
    mutating func takeStrictly(_ sample: CheckedSample) -> [String] {
        note(sample)
        let suffix = suffix(of: sample)
        var faults = labelFaults(sample, suffix) + valueFaults(sample, suffix)
        if sample.hasExemplar {
            let isAllowed =
                switch type {
                case .histogram, .gaugehistogram: suffix == "_bucket"
                case .counter: suffix == "_total"
                default: false
                }
            if !isAllowed { faults.append("only buckets of histograms and totals of counters have exemplars") }
            if sample.exemplarLength > 128 { faults.append("the exemplar's labels have more than 128 characters") }
        }
        faults += orderFaults(sample)
        if type == .histogram || type == .gaugehistogram, faults.isEmpty {
            if histogram?.belongs(sample, group: group) != true {
                endHistogram()
                histogram = HistogramCheck(group: group, timestamp: sample.timestamp)
            }
            if let fault = histogram?.take(sample, suffix: suffix) { faults.append(fault) }
        }
        return faults
    }

    private func labelFaults(_ sample: CheckedSample, _ suffix: String) -> [String] {
        switch (type ?? .unknown, suffix) {
        case (.stateset, _):
            return sample.labels[name] == nil ? ["the state is missing: label \(name)"] : []
        case (.histogram, "_bucket"), (.gaugehistogram, "_bucket"):
            guard let bound = sample.number("le"), !bound.isNaN else { return ["a bucket needs a number in label le"] }
            return spelling(sample, "le", bound)
        case (.summary, ""):
            guard let quantile = sample.number("quantile"), quantile >= 0, quantile <= 1 else {
                return ["a quantile needs a number from 0 to 1 in label quantile"]
            }
            return []
        default:
            return []
        }
    }

    private func spelling(_ sample: CheckedSample, _ label: String, _ number: Double) -> [String] {
        number == .infinity && sample.labels[label] != "+Inf" ? ["infinity in label \(label) is written +Inf"] : []
    }

    private func valueFaults(_ sample: CheckedSample, _ suffix: String) -> [String] {
        let value = sample.value
        switch (type ?? .unknown, suffix) {
        case (.stateset, _) where value != 0 && value != 1: return ["the value of a state is 0 or 1"]
        case (.info, _) where value != 1: return ["the value of an info metric is 1"]
        case (.summary, "") where value < 0: return ["the value of a quantile cannot be negative"]
        case (_, "_bucket"), (_, "_count"), (_, "_gcount"):
            if value.isNaN || value < 0 || value != value.rounded() || value.isInfinite {
                return ["a count is a whole number and not negative"]
            }
        case (_, "_total"), (_, "_sum"):
            if value.isNaN || value < 0 { return ["a total or sum cannot be negative or NaN"] }
        case (_, "_gsum") where value.isNaN: return ["a sum cannot be NaN"]
        default: break
        }
        return []
    }

    /// Samples of one group (equal but for bounds, quantiles and states) stand together, ordered by time.
    private mutating func orderFaults(_ sample: CheckedSample) -> [String] {
        var faults: [String] = []
        let group = groupLabels(sample)
        if let previous = self.group, previous == group {
            if (sample.timestamp == nil) != (groupTimestamp == nil) {
                faults.append("some samples of the group have a timestamp and some have none")
            } else if let now = sample.timestamp, let before = groupTimestamp, now < before, type != .info {
                faults.append("the timestamps of the group go backwards")
            }
        } else {
            if let previous = self.group { _ = closedGroups.insert(previous) }
            if closedGroups.contains(group) { faults.append("samples of one group do not stand together") }
        }
        let identity = sample.labels.setting("", sample.name)
        if sample.timestamp == nil, !seen.insert(identity) {
            faults.append("the series stands here a second time")
        }
        self.group = group
        groupTimestamp = sample.timestamp
        return faults
    }

    private func groupLabels(_ sample: CheckedSample) -> Labels {
        switch type ?? .unknown {
        case .info: .none
        case .summary: sample.labels.dropping(["quantile"])
        case .stateset: sample.labels.dropping([name])
        case .histogram, .gaugehistogram: sample.labels.dropping(["le"])
        default: sample.labels
        }
    }

    private mutating func endHistogram() {
        if let histogram { histogramFaults += histogram.completeness() }
        histogram = nil
    }

    /// What is wrong with the family as a whole, now that it has ended (OpenMetrics).
    func completeness() -> [String] {
        var faults = histogramFaults + (histogram?.completeness() ?? [])
        if let unit, !unit.isEmpty, type == .info || type == .stateset {
            faults.append("\(type == .info ? "info metrics" : "state sets") have no unit")
        }
        return faults
    }
}
