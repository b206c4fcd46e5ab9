import Glibc
import Model
import Rules

/// A backtest as people read it: a strip of states for each series, then the changes, then the actions, and at the end what all of it
/// comes to.
struct BacktestText {
    /// More lines than anybody reads.
    private static let mostLines = 100

    private let report: BacktestReport
    private let width: Int

    init(_ report: BacktestReport, width: Int) {
        self.report = report
        self.width = max(60, width)
    }

    /// All of it.
    var text: String {
        if report.rules.isEmpty { return heading + "\nthere is no rule and no threshold in it\n" }
        return [heading, StateStrips(report, width: width).text, changes, actions, rules, actionCounts]
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private var heading: String {
        let thresholds = report.rules.count { $0.kind == .threshold }
        let counts = [
            counted(report.rules.count - thresholds, "rule"), counted(thresholds, "threshold"),
        ].compactMap { $0 }
        return "from \(shortTime(report.from)) to \(shortTime(report.to)) (\(roughDuration(report.to - report.from)))\n"
            + "\(counts.isEmpty ? "" : counts.joined(separator: " and ") + ", ")"
            + "\(grouped(report.evaluations)) evaluations\n"
    }

    private func counted(_ count: Int, _ name: String) -> String? {
        count == 0 ? nil : "\(grouped(count)) \(name)\(count == 1 ? "" : "s")"
    }

    // MARK: What happened

    /// A change of a state as a row, and whether it belongs to something that was pending and came to nothing.
    private struct Change {
        var time: Int64
        var row: [String]
        var isIdle: Bool
    }

    private var changes: String {
        var all = report.rules.flatMap(changes)
        if all.isEmpty { return "nothing changed its state\n" }
        var note = ""
        if all.count > Self.mostLines {
            // They hide the others, and the counts below say how many there were.
            let count = all.count
            all.removeAll(where: \.isIdle)
            if count > all.count { note = "(without what was pending and came to nothing)\n" }
        }
        all.sort { $0.time < $1.time }
        let rows = all.prefix(Self.mostLines).map(\.row)
        return table([("time", .left), ("series", .left), ("state", .left), ("value", .right)], rows, fitting: 1)
            + more(all.count, "changes") + note
    }

    private func changes(of rule: BacktestReport.Rule) -> [Change] {
        let names = SeriesNames(rule)
        func isIdle(_ timeline: BacktestReport.Timeline, _ place: Int) -> Bool {
            place >= 0 && place + 1 < timeline.changes.count && timeline.changes[place].state == "pending"
                && StateStrips.gravity(timeline.changes[place + 1].state) == 0
        }
        return rule.series.flatMap { timeline in
            timeline.changes.enumerated().compactMap { place, change in
                // That a series is there, and in order, is no change.
                if place == 0, StateStrips.gravity(change.state) == 0 { return nil }
                let step = place == 0 ? change.state : "\(timeline.changes[place - 1].state) → \(change.state)"
                return Change(
                    time: change.time, row: [shortTime(change.time), names[timeline], step, shown(change.value)],
                    isIdle: isIdle(timeline, place) || isIdle(timeline, place - 1))
            }
        }
    }

    private var actions: String {
        if report.actions.isEmpty { return "" }
        var names: [String: SeriesNames] = [:]
        for rule in report.rules where rule.kind == .threshold { names[rule.name] = SeriesNames(rule) }
        let rows = report.actions.prefix(Self.mostLines).map { act in
            [
                shortTime(act.time), shortened(act.action, to: 16), cause(act),
                act.reason == nil ? names[act.rule]?[act.labels] ?? act.rule : group(act), shown(act.value), note(act),
            ]
        }
        let columns: [(String, TableText.Alignment)] = [
            ("time", .left), ("action", .left), ("cause", .left), ("of", .left), ("value", .right), ("", .left),
        ]
        return table(columns, rows, fitting: 3) + more(report.actions.count, "actions")
    }

    /// A table of which one column is cut so that it fits; what stands behind the last heading need not.
    private func table(
        _ columns: [(String, TableText.Alignment)], _ rows: [[String]], fitting fitted: Int
    ) -> String {
        var others = 0
        for (place, column) in columns.enumerated() where place != fitted && !column.0.isEmpty {
            others += 2 + (([column.0] + rows.map { $0[place] }).map(\.count).max() ?? 0)
        }
        var table = TableText(columns)
        for var row in rows {
            row[fitted] = shortened(row[fitted], to: max(20, width - others))
            table.add(row)
        }
        return table.text
    }

    /// A group of alerts by what it has been put together by; the route where that is nothing.
    private func group(_ act: BacktestReport.Act) -> String {
        let name = act.labels["alertname"] ?? ""
        let others = act.labels.dropping(["alertname"])
        if others.pairs.isEmpty { return name.isEmpty ? act.rule : name }
        return name.isEmpty ? others.inBraces : "\(name) \(others.inBraces)"
    }

    /// Why an action would have been run; of a level which one.
    private func cause(_ act: BacktestReport.Act) -> String {
        switch act.cause {
        case "enter", "repeat": act.state == "active" ? act.cause : "\(act.cause) \(act.state)"
        case "notify": act.reason == "repeat" ? "notify again" : act.cause
        default: act.cause
        }
    }

    private func note(_ act: BacktestReport.Act) -> String {
        if let reason = act.silencedBy { return "silenced: \(reason)" }
        return act.alerts.count > 1 ? "\(act.alerts.count) alerts" : ""
    }

    private func more(_ count: Int, _ what: String) -> String {
        count > Self.mostLines
            ? "… and \(grouped(count - Self.mostLines)) more \(what): --json has all of them\n" : ""
    }

    // MARK: What it comes to

    /// A line for each rule and each of its states that have something to say.
    private var rules: String {
        var rows: [[String]] = []
        for rule in report.rules {
            let first = rows.count
            if rule.kind == .record {
                rows.append([
                    "", "recorded", grouped(rule.mostSeries), "\(grouped(rule.recordedSamples)) samples", "", "",
                ])
            }
            for count in report.counts(of: rule) {
                rows.append([
                    "", count.state, grouped(count.series), grouped(count.times), roughDuration(count.total),
                    count.times == 0 ? "" : roughDuration(count.longest),
                ])
            }
            if rule.failures > 0 {
                rows.append(["", "failed", "", grouped(rule.failures), "of \(grouped(rule.evaluations))", ""])
            }
            if rows.indices.contains(first) { rows[first][0] = "\(rule.kind.rawValue) \(title(rule))" }
        }
        let columns: [(String, TableText.Alignment)] = [
            ("rule", .left), ("state", .left), ("series", .right), ("times", .right), ("in all", .right),
            ("longest", .right),
        ]
        return table(columns, rows, fitting: 0)
    }

    /// A rule by its name, and by its labels where others are called the same.
    private func title(_ rule: BacktestReport.Rule) -> String {
        let isOnly = report.rules.count { $0.kind == rule.kind && sameBytes($0.name, rule.name) } == 1
        return isOnly || rule.labels.pairs.isEmpty ? rule.name : "\(rule.name)\(rule.labels.inBraces)"
    }

    private var actionCounts: String {
        let counts = report.actionCounts
        if counts.isEmpty { return "no action would have been run\n" }
        let causes = ["enter", "repeat", "resolve", "notify"].filter { cause in
            counts.contains { $0.causes[cause] != nil }
        }
        let columns: [(String, TableText.Alignment)] =
            [("action", .left), ("run", .right)] + causes.map { ($0, .right) } + [("silenced", .right)]
        let rows = counts.map { count in
            [count.action, grouped(count.run)] + causes.map { grouped(count.causes[$0] ?? 0) } + [
                grouped(count.silenced)
            ]
        }
        return table(columns, rows, fitting: 0)
    }

    private func shown(_ value: Double?) -> String { value.map { readable(rounded($0)) } ?? "" }
}

/// A number to six digits: more is for machines.
func rounded(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let digits = 5 - Int(log10(value.magnitude).rounded(.down))
    if digits <= 0 || digits > 300 { return digits > 300 ? value : value.rounded() }
    let scale = pow(10, Double(digits))
    let scaled = (value * scale).rounded()
    return scaled.isFinite ? scaled / scale : value
}

/// A time without the milliseconds where there are none.
func shortTime(_ milliseconds: Int64) -> String {
    let text = formatTimestamp(milliseconds)
    return text.hasSuffix(".000Z") ? "\(text.dropLast(5))Z" : text
}

/// A duration in its two largest units.
func roughDuration(_ milliseconds: Int64) -> String {
    let units: [Int64] = [86_400_000, 3_600_000, 60_000, 1000]
    guard let largest = units.firstIndex(where: { milliseconds >= $0 }) else { return formatDuration(milliseconds) }
    let grain = units[min(largest + 1, units.count - 1)]
    return formatDuration(milliseconds / grain * grain)
}

/// A text that takes at most so many characters: what is too much goes out of its middle.
func shortened(_ text: String, to width: Int) -> String {
    let text = oneLine(text)
    if text.count <= width { return text }
    let end = max(0, (width - 1) / 2)
    return "\(text.prefix(max(0, width - 1 - end)))…\(text.suffix(end))"
}
