import Configuration
import Logging
import Model

/// `log`: one line in the appliance's log.
public struct LogAction: Action, Sendable {
    /// How important it is there.
    public var level: LogLevel
    private let logger: Logger

    /// Lines of a level, written by a logger: what is below the logger's own level is not written.
    public init(level: LogLevel = .info, logger: Logger) {
        self.level = level
        self.logger = logger
    }

    /// Always possible.
    public func check() async throws(UserError) {}

    /// Says what the line is about.
    public func plan(_ event: ActionEvent) throws(UserError) -> String {
        "write to the log, as \(level.name): \(message(event)) "
            + facts(event).map { "\($0.key)=\(quoted($0.value))" }.joined(separator: " ")
    }

    /// Writes the line.
    public func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome {
        switch level {
        case .debug: logger.debug(message(event), facts(event))
        case .info: logger.info(message(event), facts(event))
        case .warn: logger.warn(message(event), facts(event))
        case .error: logger.error(message(event), facts(event))
        }
        return AttemptOutcome(.succeeded)
    }

    private func message(_ event: ActionEvent) -> String {
        event.state.isEmpty ? "\(event.rule) is \(event.status)" : "\(event.rule) is \(event.state)"
    }

    private func facts(_ event: ActionEvent) -> KeyValuePairs<String, String> {
        [
            "action": event.action, "cause": event.cause.rawValue, "value": event.value.map(eventValue) ?? "",
            "threshold": event.threshold, "since": event.since.map(eventTime) ?? "",
            "alerts": String(event.alerts.count), "labels": event.commonLabels.description,
            "attempt": String(event.attempt), "key": event.key,
        ]
    }
}

extension LogAction {
    /// Reads the section; nothing stands for the defaults.
    init(_ fields: Fields, logger: Logger) {
        var level = LogLevel.info
        if let name = fields.string("level") {
            if let known = LogLevel(name: name) {
                level = known
            } else {
                let names = LogLevel.allCases.map(\.name).joined(separator: ", ")
                fields.context.fail("unknown level `\(name)`, expected one of \(names)", at: fields.place(of: "level"))
            }
        }
        fields.finish()
        self.init(level: level, logger: logger)
    }
}
