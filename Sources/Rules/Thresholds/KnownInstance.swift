import Model
import Store

/// A series of a threshold as it was known before: to the process before this one, or under the configuration before.
struct KnownInstance {
    /// Its row.
    let row: JudgedInstance
    /// The value that it had, which stands with its group.
    let value: Double?
    /// When its group was evaluated last, and how the clocks stood then.
    let evaluated: Int64
    let clock: ClockReading?
    /// The last turn before that in which it was ours to act; nil when it never was.
    let epoch: Int64?
}

/// How things stood when a group was evaluated, apart from the states: a column of its row.
struct GroupClock {
    var reading: ClockReading?
    /// The last turn in which it was ours to act; nil when it never was.
    var epoch: Int64?

    init(reading: ClockReading?, epoch: Int64?) {
        self.reading = reading
        self.epoch = epoch
    }

    /// Reads what was stored; what cannot be read is not known.
    init(json text: String) {
        reading = ClockReading(json: text)
        let value = Result { () throws(UserError) in try JSONValue(Array(text.utf8)) }
        if case .success(let value) = value { epoch = value["epoch"]?.integer }
    }

    /// As it is stored.
    var json: String {
        var json = JSONWriter()
        json.object { json in
            reading?.write(to: &json)
            if let epoch { json.member("epoch", epoch) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

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

extension JudgedInstance {
    /// The kind of a threshold's series.
    static let threshold = "threshold"
}
