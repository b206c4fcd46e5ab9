import Actions
import Configuration
import Glibc
import Logging
import Model
import PromQL
import Rules
import Store
import Synchronization
import Threads

extension Option {
    fileprivate static let backtestFrom = Option(
        name: "--from", placeholder: "TIME",
        help: "the first time (default: a day before --to, or the oldest samples)")
    fileprivate static let backtestTo = Option(
        name: "--to", placeholder: "TIME", help: "the last time (default: the newest samples)")
    fileprivate static let backtestJSON = Option(name: "--json", placeholder: "", help: "print all of it as JSON")
}

let backtestCommand = Command(
    words: ["backtest"], arguments: ["FILE"],
    summary:
        "run the thresholds and rules of a file over the stored past: when they would have fired, and what been done",
    options: [.data, .backtestFrom, .backtestTo, .backtestJSON],
    details: """

        FILE is a configuration or a rule file. Times are Unix seconds, ISO 8601, or how long before the newest samples
        (-1h). The exit code is 1 when a rule could not be evaluated at some time, whatever the others came to.

        """
) { invocation in
    let configuration = try loadForBacktest(invocation.arguments[0])
    let data = invocation[.data] ?? defaultDataPath
    let series = try StoredSeries(path: data)
    defer { series.close() }
    let range = try BacktestRange(from: invocation[.backtestFrom], to: invocation[.backtestTo], in: series)
    if let note = range.note { complain(note) }
    let backtest = try Backtest(configuration, over: series)
    let meter = BacktestMeter()
    let report = try await onThread(name: "backtest", stackSize: QueryEngine.stackSize) {
        backtest.run(from: range.from, to: range.to) { meter.show($0) }
    }
    meter.clear()
    for problem in report.problems {
        let times = problem.count == 1 ? "at" : "\(grouped(problem.count)) times, the first at"
        complain("\(problem.rule): \(problem.reason) (\(times) \(shortTime(problem.first)))")
    }
    if invocation.has(.backtestJSON) {
        write(backtestJSON(report), to: STDOUT_FILENO)
        write("\n", to: STDOUT_FILENO)
    } else {
        write(BacktestText(report, width: terminalWidth()).text, to: STDOUT_FILENO)
    }
    return report.problems.isEmpty ? 0 : 1
}

/// The thresholds, rules, routes and silences of a file: a configuration, or a rule file by itself.
private func loadForBacktest(_ path: String) throws -> JudgingConfiguration {
    let bytes = try readFile(path, limit: ReadingLimits.configuration.bytes)
    let root: Node
    do {
        root = try readDocument(bytes, file: path)
    } catch {
        throw ConfigurationError(problems: [error])
    }
    if case .map(let entries) = root.content, entries.contains(where: { $0.key == "groups" }) {
        let reading = RuleFile.read(bytes, path: path)
        if !reading.errors.isEmpty { throw ConfigurationError(problems: reading.errors) }
        var configuration = JudgingConfiguration()
        configuration.ruleFiles = [reading.file]
        return configuration
    }
    let loaded = try VedetteConfiguration.load(path)
    for warning in loaded.warnings { complain("warning: \(warning)") }
    return JudgingConfiguration(loaded.value, listen: loaded.value.common.listen ?? ListenAddress())
}

/// Which part of the past is looked at.
private struct BacktestRange {
    let from: Int64
    let to: Int64
    /// What whoever asked for it should know.
    var note: String?

    private static let day: Int64 = 86_400_000

    init(from: String?, to: String?, in series: StoredSeries) throws {
        guard let newest = try series.newestTime(), let oldest = try series.oldestTime() else {
            throw UserError("cannot look back: there are no samples in \(series.path)")
        }
        let wantedTo = try to.map { text throws(UserError) in try parseTime(text, now: newest) } ?? newest
        let wantedFrom =
            try from.map { text throws(UserError) in try parseTime(text, now: newest) }
            ?? max(min(wantedTo, newest) - Self.day, oldest)
        guard wantedFrom <= wantedTo else {
            throw UserError("cannot look back over a range whose end is before its start")
        }
        self.from = max(wantedFrom, oldest)
        self.to = min(wantedTo, newest)
        guard self.from <= self.to else {
            throw UserError(
                "cannot look back: the samples in \(series.path) are of \(shortTime(oldest)) to \(shortTime(newest))")
        }
        // Beyond the samples there is nothing to be said of any rule.
        if self.from != wantedFrom {
            note = "the oldest samples are of \(shortTime(oldest)): begun there"
        } else if self.to != wantedTo {
            note = "the newest samples are of \(shortTime(newest)): ended there"
        }
    }
}

/// How much is done, on a terminal.
private final class BacktestMeter: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Atomic(-1)

    func show(_ part: Double) {
        let percent = Int(part * 100)
        if !isTerminal || shown.exchange(percent, ordering: .relaxed) == percent { return }
        write("\r\(percent) %", to: STDERR_FILENO)
    }

    func clear() {
        if isTerminal { write("\r      \r", to: STDERR_FILENO) }
    }
}
