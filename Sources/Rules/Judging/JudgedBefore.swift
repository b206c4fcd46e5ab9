import Store

/// Everything that was known before of what is judged.
struct JudgedBefore {
    /// The groups.
    let groups: [JudgedGroup]
    /// The series of their rules, by the numbers of the groups.
    let instances: [Int64: [JudgedInstance]]
    /// The thresholds as they were configured; after a start nobody knows.
    let thresholds: [String: Threshold]

    /// What is in the file.
    init(groups: [JudgedGroup], instances: [JudgedInstance]) {
        self.groups = groups
        self.instances = Dictionary(grouping: instances, by: \.group)
        thresholds = [:]
    }

    /// What judges know.
    init(_ rows: [(JudgedGroup, [JudgedInstance])], thresholds: [Threshold]) {
        groups = rows.map(\.0)
        instances = Dictionary(rows.map { ($0.0.id, $0.1) }, uniquingKeysWith: { a, _ in a })
        self.thresholds = Dictionary(thresholds.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    }

    /// The series of thresholds, by the thresholds' names: those stay the same whichever group they are judged in.
    func thresholdInstances() -> [String: [KnownInstance]] {
        var known: [String: [KnownInstance]] = [:]
        for group in groups {
            guard let rows = instances[group.id], rows.contains(where: { $0.kind == JudgedInstance.threshold }) else {
                continue
            }
            let values = readValues(group.values)
            let clock = GroupClock(json: group.clock)
            for row in rows where row.kind == JudgedInstance.threshold {
                let value = row.slot < values.count ? values[row.slot] : nil
                known[row.rule, default: []].append(
                    KnownInstance(
                        row: row, value: value, evaluated: group.evaluated, clock: clock.reading,
                        epoch: clock.epoch))
            }
        }
        return known
    }
}
