import Model
import Rules

/// A line for each series, as wide as there is room: a sign for the gravest state in each part of the time.
struct StateStrips {
    /// More series than anybody looks through; those of which there is most to see are shown.
    private static let most = 40
    private static let signs = ["·", "?", "░", "▓", "█"]

    private let report: BacktestReport
    private let width: Int

    init(_ report: BacktestReport, width: Int) {
        self.report = report
        self.width = width
    }

    /// How grave a state is, from 0 on.
    static func gravity(_ state: String) -> Int {
        switch state {
        case "ok", "inactive", "gone": 0
        case "no_data": 1
        case "pending": 2
        case "soft": 3
        default: 4
        }
    }

    /// The strips with the times over them and the signs below; empty when nothing happened to any series.
    var text: String {
        let shown = self.shown
        var rows: [(name: String, timeline: BacktestReport.Timeline?)] = []
        for (place, rule) in report.rules.enumerated() {
            let names = SeriesNames(rule)
            let own = shown.filter { $0.rule == place }.map { rule.series[$0.series] }
            if own.isEmpty { continue }
            if rule.series.count == 1, let only = own.first {
                rows.append(("\(rule.name) \(names.own(only.labels))", only))
            } else {
                rows.append((names.heading, nil))
                for timeline in own { rows.append(("  \(names.own(timeline.labels))", timeline)) }
            }
        }
        let nameWidth = min(rows.map { $0.timeline == nil ? 0 : $0.name.count }.max() ?? 0, width / 2)
        let room = max(20, width - nameWidth - 2)
        var text = rows.isEmpty ? "" : String(repeating: " ", count: nameWidth + 2) + axis(room) + "\n"
        for (name, timeline) in rows {
            guard let timeline else {
                text += shortened(name, to: width) + "\n"
                continue
            }
            let cut = shortened(name, to: nameWidth)
            text += cut + String(repeating: " ", count: nameWidth - cut.count + 2) + strip(timeline, room) + "\n"
        }
        if !rows.isEmpty { text += "(· ok, inactive   ? no data   ░ pending   ▓ soft   █ active, hard, firing)\n" }
        return text + rest(shown.count)
    }

    /// The places of those that are shown, in their order.
    private var shown: [(rule: Int, series: Int)] {
        var all: [(rule: Int, series: Int, gravity: Int, changes: Int)] = []
        for (place, rule) in report.rules.enumerated() {
            for (number, timeline) in rule.series.enumerated() where !isQuiet(timeline) {
                let gravest = timeline.changes.map { Self.gravity($0.state) }.max() ?? 0
                all.append((place, number, gravest, timeline.changes.count))
            }
        }
        if all.count > Self.most { all.sort { ($0.gravity, $0.changes) > ($1.gravity, $1.changes) } }
        return all.prefix(Self.most).map { ($0.rule, $0.series) }.sorted { $0 < $1 }
    }

    /// Whether there is nothing to see.
    private func isQuiet(_ timeline: BacktestReport.Timeline) -> Bool {
        timeline.changes.count < 2 && timeline.changes.allSatisfy { Self.gravity($0.state) < 2 }
    }

    /// What is not shown.
    private func rest(_ shown: Int) -> String {
        let all = report.rules.flatMap(\.series)
        let quiet = all.filter(isQuiet)
        var text = ""
        if all.count - quiet.count > shown {
            text += "… and \(grouped(all.count - quiet.count - shown)) more series: --json has all of them\n"
        }
        if quiet.isEmpty { return text }
        var counts: [String: Int] = [:]
        for timeline in quiet { counts[timeline.changes.first?.state ?? "", default: 0] += 1 }
        let states = counts.sorted { bytesPrecede($0.key, $1.key) }.map { "\(grouped($0.value)) \($0.key)" }
        return text + "\(grouped(quiet.count)) \(shown > 0 ? "more " : "")series never changed: "
            + states.joined(separator: ", ") + "\n"
    }

    /// The first and the last time at the ends of the strips.
    private func axis(_ room: Int) -> String {
        // The date and the minute; both fit into the narrowest strip only without the year.
        func text(_ time: Int64) -> String {
            let parts = formatTimestamp(time).dropLast(8).split(separator: "T")
            let date = parts.first.map { room < 36 ? $0.suffix(5) : $0 } ?? ""
            return ([date] + parts.dropFirst()).joined(separator: " ")
        }
        let (first, last) = (text(report.from), text(report.to))
        return first + String(repeating: " ", count: max(1, room - first.count - last.count)) + last
    }

    private func strip(_ timeline: BacktestReport.Timeline, _ room: Int) -> String {
        let length = Double(max(1, report.to - report.from))
        // For each part of the time the gravest state: a short alert must not be lost between two long rests.
        var gravest = Array(repeating: -1, count: room)
        for (index, change) in timeline.changes.enumerated() {
            if change.state == "gone" { continue }
            let next = index + 1 < timeline.changes.count ? timeline.changes[index + 1].time : report.to
            let first = Int(Double(change.time - report.from) / length * Double(room))
            let last = Int((Double(next - report.from) / length * Double(room)).rounded(.up)) - 1
            for place in max(0, min(first, room - 1))...max(0, min(max(first, last), room - 1)) {
                gravest[place] = max(gravest[place], Self.gravity(change.state))
            }
        }
        return gravest.map { $0 < 0 ? " " : Self.signs[$0] }.joined()
    }
}
