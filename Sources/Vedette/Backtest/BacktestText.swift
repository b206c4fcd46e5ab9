import Model
import Rules

/// A backtest as people read it: a strip of states for each series, then the changes, then the actions.
struct BacktestText {
    /// More series than anybody looks through; the busiest are shown.
    private static let mostStrips = 40
    /// More lines than anybody reads.
    private static let mostLines = 200

    private let report: BacktestReport
    private let width: Int

    init(_ report: BacktestReport, width: Int) {
        self.report = report
        self.width = max(40, width)
    }

    /// All of it.
    var text: String {
        var text = "from \(formatTimestamp(report.from)) to \(formatTimestamp(report.to)), "
        text += "\(report.evaluations) evaluations\n\n"
        if report.timelines.isEmpty { return text + "no rule had anything to judge\n" }
        text += strips + "\n" + changes + "\n" + actions
        return text
    }

    // MARK: Strips

    /// A line for each series, as wide as there is room: a sign for what lasted longest in each part of the time.
    private var strips: String {
        let busiest = report.timelines.filter { $0.changes.count > 1 }.sorted { $0.changes.count > $1.changes.count }
        let quiet = report.timelines.count - busiest.count
        let shown = Array(busiest.prefix(Self.mostStrips))
        var lines = ""
        let names = shown.map(name)
        let nameWidth = min(names.map(\.count).max() ?? 0, width / 2)
        let room = max(20, width - nameWidth - 2)
        for (timeline, name) in zip(shown, names) {
            let cut = name.count > nameWidth ? String(name.prefix(max(1, nameWidth - 1))) + "…" : name
            lines +=
                cut + String(repeating: " ", count: max(0, nameWidth - cut.count)) + "  " + strip(timeline, room) + "\n"
        }
        if !shown.isEmpty { lines += "(· ok, inactive   ░ pending   ▓ soft   █ active, hard, firing   ? no data)\n" }
        if busiest.count > shown.count { lines += "… and \(busiest.count - shown.count) more series that changed\n" }
        if quiet > 0 { lines += "\(quiet) series never changed: \(quietStates)\n" }
        return lines
    }

    /// What those series that never changed were all the time.
    private var quietStates: String {
        var counts: [String: Int] = [:]
        for timeline in report.timelines where timeline.changes.count < 2 {
            counts[timeline.changes.first?.state ?? "", default: 0] += 1
        }
        return counts.sorted { bytesPrecede($0.key, $1.key) }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }

    private func strip(_ timeline: BacktestReport.Timeline, _ room: Int) -> String {
        let length = max(1, report.to - report.from)
        var signs = ""
        for column in 0..<room {
            let start = report.from + length * Int64(column) / Int64(room)
            let end = report.from + length * Int64(column + 1) / Int64(room)
            signs += sign(timeline, start, max(start + 1, end))
        }
        return signs
    }

    /// The sign of the gravest state within a time: a short alert must not be lost between two long rests.
    private func sign(_ timeline: BacktestReport.Timeline, _ start: Int64, _ end: Int64) -> String {
        var gravest = -1
        for (index, change) in timeline.changes.enumerated() {
            let next = index + 1 < timeline.changes.count ? timeline.changes[index + 1].time : .max
            if change.time < end, next > start { gravest = max(gravest, gravity(change.state)) }
        }
        return gravest < 0 ? " " : Self.signs[gravest]
    }

    private static let signs = ["·", "?", "░", "▓", "█"]

    private func gravity(_ state: String) -> Int {
        switch state {
        case "ok", "inactive": 0
        case "no_data": 1
        case "pending": 2
        case "soft": 3
        default: 4
        }
    }

    // MARK: Changes

    private var changes: String {
        var all: [(time: Int64, row: [String])] = []
        for timeline in report.timelines where timeline.changes.count > 1 {
            var before = ""
            for change in timeline.changes {
                let step = before.isEmpty ? change.state : "\(before) → \(change.state)"
                before = change.state
                all.append((change.time, [formatTimestamp(change.time), name(timeline), step, shown(change.value)]))
            }
        }
        if all.isEmpty { return "nothing changed its state\n" }
        all.sort { $0.time < $1.time }
        var table = TableText([("time", .left), ("series", .left), ("state", .left), ("value", .right)])
        for entry in all.prefix(Self.mostLines) { table.add(entry.row) }
        return table.text + more(all.count, "changes")
    }

    // MARK: Actions

    private var actions: String {
        if report.actions.isEmpty { return "no action would have been run\n" }
        var table = TableText([
            ("time", .left), ("action", .left), ("cause", .left), ("of", .left), ("state", .left), ("value", .right),
            ("", .left),
        ])
        for act in report.actions.prefix(Self.mostLines) {
            let note = act.silencedBy.map { "silenced: \($0)" } ?? (act.alerts > 1 ? "\(act.alerts) alerts" : "")
            let labels = act.labels.withoutMetric
            table.add([
                formatTimestamp(act.time), act.action, act.cause, act.rule + (labels.pairs.isEmpty ? "" : "\(labels)"),
                act.state, shown(act.value), note,
            ])
        }
        let run = report.actions.count { $0.silencedBy == nil }
        let summary =
            "\(run) \(run == 1 ? "action" : "actions") would have been run, \(report.actions.count - run) silenced\n"
        return table.text + more(report.actions.count, "actions") + summary
    }

    private func more(_ count: Int, _ what: String) -> String {
        count > Self.mostLines ? "… and \(count - Self.mostLines) more \(what): --json has all of them\n" : ""
    }

    private func name(_ timeline: BacktestReport.Timeline) -> String {
        let labels = timeline.labels.dropping(["alertname"])
        return oneLine(labels.pairs.isEmpty ? timeline.rule : "\(timeline.rule) \(labels)")
    }

    private func shown(_ value: Double?) -> String { value.map(readable) ?? "" }
}
