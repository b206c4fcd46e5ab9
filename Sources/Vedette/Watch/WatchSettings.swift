import Actions
import Configuration
import Logging
import Model
import PromQL
import Rules

/// What `vedette watch` does: one query, one or two levels, and a plugin for each.
struct WatchSettings: Sendable {
    /// A level with the plugin that is run at it.
    struct Level: Sendable, Hashable {
        var level: ThresholdRule.Level
        /// Which setting named the plugin; nil when there is none.
        var pluginKey: WatchKey?
        /// The plugin's name; empty when there is none.
        var plugin = ""
        /// Where that stands; nil for the environment.
        var pluginPlace: Place?
    }

    /// Whose turn it is to act.
    struct Election: Sendable, Hashable {
        var isEnabled = true
        var lockName = "metric-reader-leader"
        /// Empty: that of the service account.
        var lockNamespace = ""
        var lockFile: String?
    }

    /// The metric's name, which is in the names of files.
    var metric: String
    /// The query: the name, with the filters in braces.
    var query: ParsedQuery
    var levels: [Level]
    var missing: ThresholdRule.MissingPolicy
    /// How often the query is asked, in milliseconds.
    var interval: Int64
    /// The server that is asked.
    var source: SourceSection
    var pluginDirectory: String?
    var fileAction: FileAction
    var logLevel: LogLevel
    var election: Election

    /// Reads everything; nil when something is missing or wrong, which has been noted then.
    init?(_ input: WatchInput) {
        let query = readQuery(input)
        let levels = readLevels(input)
        missing = readMissing(input) ?? .zero
        interval = input.read(.pollingInterval, readInterval) ?? 1000
        source = input.read(.prometheusEndpoint, readEndpoint) ?? SourceSection(url: "http://prometheus:9090")
        pluginDirectory = input.path(.pluginDir)
        fileAction = FileAction()
        fileAction.metric = input[.metricName]
        fileAction.directory = input.path(.fileActionDir) ?? fileAction.directory
        fileAction.size = input.read(.fileActionSize, readFileSize) ?? fileAction.size
        logLevel = input.read(.logLevel, readLogLevel) ?? .info
        election = Election()
        election.isEnabled = input.read(.leaderElectionEnabled, readGoBool) ?? election.isEnabled
        election.lockName = input[.leaderElectionLockName] ?? election.lockName
        election.lockNamespace = input[.leaderElectionLockNamespace] ?? election.lockNamespace
        election.lockFile = input.path(.leaderElectionLockFile)
        guard let query, let levels, input.errors.isEmpty else { return nil }
        self.metric = query.metric
        self.query = query.query
        self.levels = levels
    }
}

/// The metric's name and the query that it makes.
private func readQuery(_ input: WatchInput) -> (metric: String, query: ParsedQuery)? {
    guard let metric = input[.metricName] else {
        input.miss(.metricName)
        return nil
    }
    // Each by itself, so that what is wrong is named.
    let plain = input.read(.metricName) { text throws(UserError) in try parsed(text, "a metric") }
    guard let filters = input[.labelFilters] else { return plain.map { (metric, $0) } }
    guard plain != nil else { return nil }
    return input.read(.labelFilters) { _ throws(UserError) in
        (metric, try parsed("\(metric){\(filters)}", "filters such as job=\"api\",code!=\"200\""))
    }
}

private func parsed(_ text: String, _ expected: String) throws(UserError) -> ParsedQuery {
    let query: ParsedQuery
    do throws(QueryError) {
        query = try ParsedQuery(text)
    } catch {
        throw UserError("the query \(quoted(text)) cannot be read: \(error.description) (\(expected) is expected)")
    }
    switch query.expression.type {
    case .vector, .scalar: return query
    case .matrix, .string: throw UserError("the query \(quoted(text)) does not give values of one time")
    }
}

private func readMissing(_ input: WatchInput) -> ThresholdRule.MissingPolicy? {
    input.read(.missingValueBehavior) { text throws(UserError) in
        switch text {
        case "zero": .zero
        case "last_value": .lastValue
        case "assume_breached": .breached
        default: throw unknown(text, "behavior", among: ["zero", "last_value", "assume_breached"])
        }
    }
}

private func readInterval(_ text: String) throws(UserError) -> Int64 {
    let interval = try readGoDuration(text)
    if interval < 1 { throw UserError("\(quoted(text)) is too short: at least 1ms is expected") }
    return interval
}

private func readEndpoint(_ text: String) throws(UserError) -> SourceSection {
    var url = text
    while url.hasSuffix("/") { url.removeLast() }
    let hasScheme = url.hasPrefix("http://") || url.hasPrefix("https://")
    guard hasScheme, url.utf8.count > "https://".utf8.count, url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
        throw UserError("\(quoted(text)) is no address: a form like http://prometheus:9090 is expected")
    }
    return SourceSection(url: url)
}

private func readFileSize(_ text: String) throws(UserError) -> Int64 {
    let size = text.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } ? Int64(text) : nil
    guard let size, FileAction.sizes.contains(size) else {
        throw UserError(
            "\(quoted(text)) is no size of a file: from 1 to \(FileAction.sizes.upperBound) bytes are expected")
    }
    return size
}

private func readLogLevel(_ text: String) throws(UserError) -> LogLevel {
    guard let level = LogLevel(name: text) else {
        throw unknown(text, "level", among: LogLevel.allCases.map(\.name))
    }
    return level
}

/// What Go's programs take for true and false.
private func readGoBool(_ text: String) throws(UserError) -> Bool {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: throw UserError("\(quoted(text)) is neither true nor false")
    }
}

/// A word that is none of those that mean something.
func unknown(_ text: String, _ kind: String, among words: [String]) -> UserError {
    let near = hint(for: text, among: words)
    let all = near.isEmpty ? ", expected one of \(words.joined(separator: ", "))" : near
    return UserError("unknown \(kind) \(quoted(text))\(all)")
}
