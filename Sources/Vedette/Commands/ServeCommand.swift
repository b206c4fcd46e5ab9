import HTTPAPI
import Logging
import Model

let serveCommand = Command(
    words: ["serve"], summary: "run the appliance; without a configuration it watches itself and the host",
    options: [.config, .data, .listen, .logFormat, .logLevel]
) { invocation in
    let signals = try catchSignals()
    let logger = try Logger(invocation)
    let options = try ApplianceOptions(invocation)
    let appliance = try await Appliance(options, logger: logger)
    try await appliance.run(signals)
    return 0
}

extension Logger {
    /// A logger as the command line wants it.
    init(_ invocation: Invocation) throws(UsageError) {
        let levelName = invocation[.logLevel] ?? "info"
        let formatName = invocation[.logFormat] ?? "text"
        guard let level = LogLevel(name: levelName) else {
            let known = LogLevel.allCases.map(\.name).joined(separator: ", ")
            throw UsageError(message: "unknown log level \(quoted(levelName)): it is one of \(known)")
        }
        guard let format = LogFormat(rawValue: formatName) else {
            throw UsageError(message: "unknown log format \(quoted(formatName)): it is text or json")
        }
        self.init(level: level, format: format)
    }
}
