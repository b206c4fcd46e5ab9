import Model

/// `plugin`: calls a function of a shared library, in a process of its own.
public struct PluginAction: Action, Sendable {
    /// The library.
    public var path: String
    /// Its settings, as JSON.
    public var settings: [UInt8]
    /// How the process is started in which it runs.
    public var host: PluginHost
    /// The environment of that process.
    public var environment: [String: String]

    /// How long a plugin may look at its settings, in milliseconds.
    private static let patience: Int64 = 10_000

    /// A plugin and its settings.
    public init(path: String, settings: [UInt8], host: PluginHost, environment: [String: String]) {
        self.path = path
        self.settings = settings
        self.host = host
        self.environment = environment
    }

    /// Loads the plugin and has it look at its settings.
    public func check() async throws(UserError) {
        let (report, end) = try await call(.validate, settings, within: Self.patience)
        guard let report else { throw UserError("cannot use plugin \(path): \(complaint(end, within: Self.patience))") }
        switch report.code {
        case 0: break
        case nil: throw UserError("cannot use plugin \(path): \(report.error)")
        case let code?:
            let reason = report.error.isEmpty ? "it returned \(code)" : report.error
            throw UserError("plugin \(path) (\(report.name)) refuses its settings: \(reason)")
        }
    }

    /// The library, the function, and what it is told.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        "call vedette_plugin_execute of \(path) in a process of its own"
            + "\n  settings \(String(decoding: settings, as: UTF8.self))"
            + "\n  event \(String(decoding: event.json, as: UTF8.self))"
    }

    /// Has the plugin do its work: what its function returns is the code, and 0 is a success.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        do throws(UserError) {
            let input = settings + [UInt8(ascii: "\n")] + event.json
            let (report, end) = try await call(.execute, input, within: milliseconds)
            guard let report else { return outcome(without: end, within: milliseconds) }
            return outcome(report, printed: end.output)
        } catch {
            return AttemptOutcome(.failed, error: error.message)
        }
    }

    private func outcome(_ report: PluginReport, printed: String) -> AttemptOutcome {
        var outcome = AttemptOutcome(report.code == 0 ? .succeeded : .failed, code: report.code)
        outcome.output = tailText((printed + report.output).utf8, limit: AttemptOutcome.longestOutput)
        if let code = report.code, code != 0 {
            outcome.error = report.error.isEmpty ? "the plugin returned \(code)" : report.error
        } else if report.code == nil {
            outcome.error = "cannot use plugin \(path): \(report.error)"
        }
        return outcome
    }

    private func outcome(without end: ProcessEnd, within milliseconds: Int64) -> AttemptOutcome {
        // Without a report even an exit code of 0 is none of success: the plugin has ended the process itself.
        let verdict = end.manner.verdict == .succeeded ? .failed : end.manner.verdict
        return AttemptOutcome(verdict, output: end.output, error: complaint(end, within: milliseconds))
    }

    private func complaint(_ end: ProcessEnd, within milliseconds: Int64) -> String {
        switch end.manner {
        case .exited(let code): "it ended its process (exit code \(code)) instead of returning"
        default: end.complaint(within: milliseconds)
        }
    }

    /// Runs the helper process. Whatever else happened to the process: a report that is whole counts.
    private func call(
        _ task: PluginTask, _ input: [UInt8], within milliseconds: Int64
    ) async throws(UserError) -> (report: PluginReport?, end: ProcessEnd) {
        var order = ProcessOrder(
            program: host.program, arguments: host.arguments + [task.rawValue, absolute(path)])
        order.environment = environment
        // A crash is told by its signal; Swift's own report of it would take its time, and from the helper it says nothing.
        if order.environment["SWIFT_BACKTRACE"] == nil { order.environment["SWIFT_BACKTRACE"] = "enable=no" }
        order.input = input
        order.reports = true
        order.endsAlone = true
        let end = try await run(order, within: milliseconds)
        return (PluginReport(json: end.report), end)
    }
}
