import Model

/// What is evaluated together: the thresholds that ask the same source at the same times.
struct ThresholdGroupKey: Hashable {
    let source: SourceSection?
    let interval: Int64

    /// What it is found by after a restart, unless another one is called the same.
    var plainName: String {
        "thresholds/\(formatDuration(interval))" + (source.map { "/\(withoutSemicolons($0.shownURL))" } ?? "")
    }

    /// A group of thresholds with its name.
    typealias Group = (name: String, key: ThresholdGroupKey, thresholds: [ThresholdsSection.Configured])

    /// The groups of some thresholds, in the order in which they first come.
    static func grouped(_ thresholds: [ThresholdsSection.Configured]) -> [Group] {
        var groups: [Group] = []
        var places: [ThresholdGroupKey: Int] = [:]
        var names: [String: Int] = [:]
        for threshold in thresholds {
            let key = ThresholdGroupKey(source: threshold.source, interval: threshold.interval)
            if let place = places[key] {
                groups[place].thresholds.append(threshold)
            } else {
                places[key] = groups.count
                // Two sources of one URL may differ in how they are spoken to.
                let count = names[key.plainName, default: 0] + 1
                names[key.plainName] = count
                groups.append((key.plainName + (count > 1 ? "#\(count)" : ""), key, [threshold]))
            }
        }
        return groups
    }
}
