import Instruments

/// How many series of a threshold are in which state.
struct ThresholdCounts: Sendable {
    /// The threshold's name.
    var threshold: String
    /// Each state that there can be, and how many series are in it.
    var states: [(name: String, count: Int)]
}

extension ThresholdGroup {
    /// How many series of each threshold are in which state.
    func counts() -> [ThresholdCounts] {
        entries.map { entry in
            var counts: [String: Int] = [:]
            for instance in entry.instances.values { counts[instance.state.name, default: 0] += 1 }
            let names = ["ok", "pending"] + entry.threshold.rule.levels.map(\.name) + ["no_data"]
            return ThresholdCounts(
                threshold: entry.threshold.name, states: names.map { ($0, counts[$0] ?? 0) })
        }
    }
}

extension [ThresholdCounts] {
    /// So many thresholds are shown one by one: a metric must not grow without limit with the configuration.
    static var shownOneByOne: Int { 200 }

    /// All of them together, for each state that any of them knows.
    var together: [(values: [String], value: Double)] {
        var sums: [(name: String, count: Int)] = ["ok", "pending", "active", "soft", "hard", "no_data"].map { ($0, 0) }
        for state in flatMap(\.states) {
            if let place = sums.firstIndex(where: { $0.name == state.name }) { sums[place].count += state.count }
        }
        return sums.map { ([$0.name], Double($0.count)) }
    }

    /// The first of them one by one.
    var oneByOne: [(values: [String], value: Double)] {
        prefix(Self.shownOneByOne).flatMap { counts in
            counts.states.map { ([counts.threshold, $0.name], Double($0.count)) }
        }
    }
}
