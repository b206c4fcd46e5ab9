import Actions
import Configuration
import Glibc
import Logging
import Model
import Rules

extension Option {
    fileprivate static let dryRun = Option(
        name: "--dry-run", placeholder: "", help: "say what would be done, and do nothing")
    fileprivate static let event = Option(
        name: "--event", placeholder: "FILE",
        help: "the event as JSON, as GET /api/v1/actions/ID shows it (default: a made-up one)")
}

let actionsRunCommand = Command(
    words: ["actions", "run"], arguments: ["NAME"],
    summary: "run an action of the configuration once, or say what it would do; no history is written",
    options: [.config, .dryRun, .event, .logFormat, .logLevel]
) { invocation in
    guard let path = invocation[.config] else {
        throw UsageError(message: "--config is missing: the file that has the action")
    }
    let tools = ActionTools(logger: try Logger(invocation))
    let loaded = try VedetteConfiguration.load(path, using: tools)
    for warning in loaded.warnings { complain("warning: \(warning)") }
    let name = invocation.arguments[0]
    let actions = loaded.value.judging.actions
    guard let action = actions[name] else {
        throw UserError(
            "cannot run \(quoted(name)): there is no such action\(hint(for: name, among: actions.actions.map(\.name)))")
    }
    var event = try event(invocation[.event], for: name)
    if event.externalURL.isEmpty {
        event.externalURL =
            JudgingConfiguration(loaded.value, listen: loaded.value.common.listen ?? ListenAddress()).groups.externalURL
    }
    if invocation.has(.dryRun) {
        try await action.action.check()
        write(try action.action.plan(event) + "\n", to: STDOUT_FILENO)
        return 0
    }
    let outcome = await action.action.perform(event, within: action.settings.timeout)
    if !outcome.output.isEmpty {
        write(outcome.output + (outcome.output.hasSuffix("\n") ? "" : "\n"), to: STDOUT_FILENO)
    }
    if outcome.verdict == .succeeded { return 0 }
    throw UserError("cannot run \(quoted(name)): \(outcome.error)")
}

/// The event of a file, or one that shows what events have.
private func event(_ path: String?, for action: String) throws -> ActionEvent {
    if let path {
        do {
            var event = try ActionEvent(json: try readFile(path, limit: 1 << 20))
            event.action = action
            return event
        } catch {
            throw UserError("cannot use the event of \(path): \(error)")
        }
    }
    let now = SystemClock().now()
    var alert = ActionAlert()
    alert.labels = ["alertname": "example", "instance": "host.example:9100", "severity": "page"]
    alert.annotations = ["summary": "an example, sent by hand"]
    alert.startsAt = now - 300_000
    alert.value = 101
    var event = ActionEvent()
    event.key = "manual-\(now)"
    event.action = action
    event.rule = "example"
    event.state = "active"
    event.value = alert.value
    event.threshold = "> 100"
    event.since = alert.startsAt
    event.decidedAt = now
    event.groupLabels = alert.labels
    event.alerts = [alert]
    return event
}
