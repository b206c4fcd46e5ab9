import Model

/// Series that are likely to have samples at the same times, because they were scraped together: those of one job and
/// instance. They have a number like a target's, and blocks of their own, so that their samples make full rows.
struct Sender {
    /// How many times of a sender are looked at before it is judged.
    private static let judgedTimes = 64

    /// How samples are written.
    enum Manner {
        /// In rows: those of a time together.
        case together
        /// Each by itself, because few of the series have a sample at the same time. A row for each of the times would have
        /// little in it, and the head would be closed whenever a few hundred of them had come together.
        case scattered
    }

    /// Its number in the file.
    let target: Int64
    /// How many series of it are remembered.
    var series = 0
    /// How its samples are written.
    private var manner = Manner.together

    private var times: Set<Int64> = []
    private var lastTime: Int64?
    private var samples = 0

    init(target: Int64) { self.target = target }

    /// Notes a sample, and judges once there is enough to judge by. Tells how it is to be written.
    mutating func note(_ timestamp: Int64) -> Manner {
        samples += 1
        // Neighbours have the same time nearly always.
        if timestamp != lastTime {
            if times.count == Self.judgedTimes, !times.contains(timestamp) { judge() }
            lastTime = timestamp
            times.insert(timestamp)
        }
        return manner
    }

    private mutating func judge() {
        // A part of the head has 240 rows: with an eighth of the series in each, chunks of 30 samples.
        let share = Double(samples) / Double(times.count * max(1, series))
        manner = share < (manner == .scattered ? 0.25 : 0.125) ? .scattered : .together
        times.removeAll(keepingCapacity: true)
        samples = 0
    }

    /// What tells senders apart.
    static func key(_ labels: Labels) -> Labels { labels.keeping(["instance", "job"]) }

    /// How the file remembers it.
    static func description(_ key: Labels) -> TargetDescription {
        TargetDescription(
            job: "remote_write", instance: key["instance"] ?? "", url: "/api/v1/write", labels: key, discovered: .none,
            intervalMilliseconds: 0, timeoutMilliseconds: 0)
    }
}
