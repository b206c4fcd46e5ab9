import Actions
import Configuration
import Glibc
import Logging
import Model
import PromQL
import Rules
import Store
import Threads

extension Option {
    fileprivate static let backtestFrom = Option(
        name: "--from", placeholder: "TIME", help: "the first time (default: a day before --to, or the oldest samples)")
    fileprivate static let backtestTo = Option(
        name: "--to", placeholder: "TIME", help: "the last time (default: the newest samples)")
    fileprivate static let backtestJSON = Option(name: "--json", placeholder: "", help: "print all of it as JSON")
}

let backtestCommand = Command(
    words: ["backtest"], arguments: ["FILE"],
    summary:
        "run the thresholds and rules of a file over the stored past: when they would have fired, and what been done",
    options: [.data, .backtestFrom, .backtestTo, .backtestJSON]
) { invocation in
    let path = invocation.arguments[0]
    let configuration = try loadForBacktest(path)
    let data = invocation[.data] ?? defaultDataPath
    let series = try StoredSeries(path: data)
    defer { series.close() }
    guard let newest = try series.newestTime() else {
        throw UserError("cannot look back: there are no samples in \(data)")
    }
    let to = try invocation[.backtestTo].map { try parseTime($0, now: newest) } ?? newest
    let oldest = try series.oldestTime() ?? newest
    let from = try invocation[.backtestFrom].map { try parseTime($0, now: newest) } ?? max(to - 86_400_000, oldest)
    guard from <= to else { throw UserError("cannot look back over a range whose end is before its start") }
    let backtest = try Backtest(configuration, over: series)
    let meter = BacktestMeter()
    let report = try await onThread(name: "backtest", stackSize: QueryEngine.stackSize) {
        backtest.run(from: from, to: to) { meter.show($0) }
    }
    meter.clear()
    for problem in report.problems { complain("cannot evaluate \(problem)") }
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

/// How much is done, on a terminal.
private final class BacktestMeter: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ part: Double) {
        if isTerminal { write("\r\(Int(part * 100)) %", to: STDERR_FILENO) }
    }

    func clear() {
        if isTerminal { write("\r      \r", to: STDERR_FILENO) }
    }
}
