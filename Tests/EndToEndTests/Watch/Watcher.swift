import Foundation

/// `vedette watch`, running in the test's workplace by settings of the environment.
final class Watcher: Sendable {
    let program: Program
    let data: String

    /// Starts it with the test's own file for its history, or with none, and waits until it watches.
    init(
        in workplace: Workplace, _ settings: [String: String], data: String? = "watch.db", options: [String] = []
    ) throws {
        self.data = data.map { workplace.file($0) } ?? ""
        let arguments = ["watch"] + (data == nil ? [] : ["--data", self.data]) + options
        program = try Program(Surroundings.binary, arguments, in: workplace, environment: settings)
        let program = program
        try eventually("it watches", within: 20) {
            if let ending = program.check() { throw Hopeless(description: "it ended (\(ending)): \(program.errors)") }
            return program.errors.contains(" watching ")
        }
    }

    var log: String { program.errors }

    /// The actions in the order in which they were decided on, as the stock shell sees them.
    func history(_ columns: String = "*") throws -> [[String]] {
        try query(data, "select \(columns) from action_history order by id, attempt")
    }

    /// When each action was decided on, in Unix milliseconds.
    func decided() throws -> [Int64] { try history("decided").compactMap { $0.first.flatMap { Int64($0) } } }

    /// The state of its threshold.
    func state() throws -> String { try queryOne(data, "select state from rule_states") }

    /// Asks it to stop; within the promised five seconds it must be gone.
    func stop() throws -> Program.Ending {
        program.send(SIGTERM)
        return try program.wait(within: 5)
    }

    /// Ends it the hard way, at once.
    func crash() throws {
        program.send(SIGKILL)
        _ = try program.wait(within: 5)
    }
}

/// A Prometheus that scrapes an exporter whose one metric the test drives.
final class WatchedMetric: Sendable {
    let workplace: Workplace
    let prometheus: PrometheusPeer
    private let exporter: Exporter

    init(_ value: Double) throws {
        workplace = try Workplace()
        exporter = try Exporter(text: WatchedMetric.text(value))
        prometheus = try PrometheusPeer(
            in: workplace, configuration: scraping([("test", exporter)], every: "100ms"))
        try wait(for: value)
        // The first evaluation is for a time shortly before the start: by then the metric must have been there.
        Thread.sleep(forTimeInterval: 0.3)
    }

    deinit { exporter.stop() }

    private static func text(_ value: Double?) -> String {
        "other 1\n" + (value.map { "queue_length{queue=\"a\"} \($0)\nqueue_length{queue=\"b\"} 0\n" } ?? "")
    }

    /// Changes the value, or takes the metric away, and waits until Prometheus knows. Returns when it was changed.
    @discardableResult
    func set(_ value: Double?) throws -> Int64 {
        let now = unixMilliseconds()
        exporter.change { _ in Reply(WatchedMetric.text(value)) }
        try wait(for: value)
        return now
    }

    private func wait(for value: Double?) throws {
        try eventually("Prometheus has the value \(value.map { "\($0)" } ?? "no more")") {
            let answer = try prometheus.api("query?query=queue_length%7Bqueue=%22a%22%7D")["result"] as? [[String: Any]]
            let found = (answer?.first?["value"] as? [Any])?.last as? String
            return answer != nil && found.flatMap { Double($0) } == value
        }
    }

    /// The settings that every watch here has, with more.
    func settings(_ more: [String: String]) -> [String: String] {
        [
            "METRIC_NAME": "queue_length", "LABEL_FILTERS": "queue=\"a\"", "POLLING_INTERVAL": "100ms",
            "PROMETHEUS_ENDPOINT": "http://127.0.0.1:\(prometheus.port)", "FILE_ACTION_DIR": workplace.file("files"),
        ].merging(more) { _, new in new }
    }
}

/// The present, as the history has it.
func unixMilliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
