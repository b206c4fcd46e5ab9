import Foundation
import Testing

/// What a watch keeps when it ends, and what it leaves behind.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), .serialized)
struct WatchRestartTests {
    /// The most that a watch may have of the machine's memory.
    static let residentLimit = 20 << 10

    @Test func aDurationGoesOnWhereItWas() throws {
        let metric = try WatchedMetric(5)
        let settings = metric.settings([
            "THRESHOLD": ">10", "THRESHOLD_DURATION": "4s", "BACKOFF_DELAY": "1h", "ACTION_PLUGIN": "log_action",
        ])
        let first = try Watcher(in: metric.workplace, settings)
        try eventually("it has judged") { try first.state() == "ok" }
        let crossed = try metric.set(11)
        try eventually("the duration has begun") { try first.state() == "pending" }
        Thread.sleep(forTimeInterval: 1.5)
        try first.crash()
        let second = try Watcher(in: metric.workplace, settings)
        #expect(try second.history().isEmpty)
        try eventually("it has acted") { try !second.history().isEmpty }
        let after = try second.decided()[0] - crossed
        // Begun anew it would have been 5.5 seconds at least.
        #expect((4000...4000 + WatchTests.slack).contains(after), "after \(after) ms")
        #expect(try second.stop() == .exit(0))
        #expect(try second.history().count == 1)
    }

    @Test func aPauseGoesOnWhereItWas() throws {
        let metric = try WatchedMetric(11)
        let settings = metric.settings(["THRESHOLD": ">10", "BACKOFF_DELAY": "3s", "ACTION_PLUGIN": "log_action"])
        let first = try Watcher(in: metric.workplace, settings)
        try eventually("it has acted") { try first.history("outcome") == [["succeeded"]] }
        // The end of the action is known to its threshold with the next evaluation.
        Thread.sleep(forTimeInterval: Double.random(in: 0...1))
        try first.crash()
        let second = try Watcher(in: metric.workplace, settings)
        Thread.sleep(forTimeInterval: 0.5)
        #expect(try second.history().count == 1)
        try eventually("it has acted again") { try second.history().count == 2 }
        let decided = try second.decided()
        #expect(
            (3000...3000 + WatchTests.slack).contains(decided[1] - decided[0]), "after \(decided[1] - decided[0]) ms")
        #expect(try second.history("cause") == [["enter"], ["repeat"]])
    }

    @Test func onlyTheHolderOfTheLeaseActs() throws {
        let metric = try WatchedMetric(11)
        let settings = metric.settings([
            "THRESHOLD": ">10", "BACKOFF_DELAY": "1h", "ACTION_PLUGIN": "log_action",
            "LEADER_ELECTION_LOCK_FILE": metric.workplace.file("lease"),
        ])
        let first = try Watcher(in: metric.workplace, settings, data: "first.db")
        try eventually("the first has acted") { try first.history().count == 1 }
        let second = try Watcher(in: metric.workplace, settings, data: "second.db")
        try eventually("the second judges too") { try second.state() == "active" }
        Thread.sleep(forTimeInterval: 1)
        #expect(try second.history().isEmpty)
        #expect(try first.stop() == .exit(0))
        try eventually("the second has taken over") { try second.history().count == 1 }
        let epochs = try [first, second].map { try $0.history("leader_epoch") }
        #expect(epochs[0] != epochs[1])
    }

    @Test func aHistoryInMemoryEndsWithTheProcess() throws {
        let metric = try WatchedMetric(11)
        let settings = metric.settings([
            "THRESHOLD": ">10", "ACTION_PLUGIN": "log_action", "TMPDIR": metric.workplace.path,
        ])
        let first = try Watcher(in: metric.workplace, settings, data: nil)
        let file = try historyFile(of: first)
        try eventually("it has acted") {
            try queryOne(file, "select count(*) from action_history where outcome = 'succeeded'") != "0"
        }
        #expect(try first.stop() == .exit(0))
        #expect(!FileManager.default.fileExists(atPath: folder(of: file)))

        // What a killed one leaves is taken away by the next.
        let second = try Watcher(in: metric.workplace, settings, data: nil)
        let left = try historyFile(of: second)
        try second.crash()
        #expect(FileManager.default.fileExists(atPath: folder(of: left)))
        let third = try Watcher(in: metric.workplace, settings, data: nil)
        #expect(!FileManager.default.fileExists(atPath: folder(of: left)))
        #expect(try third.stop() == .exit(0))
    }

    @Test func staysSmall() throws {
        let metric = try WatchedMetric(11)
        let watcher = try Watcher(
            in: metric.workplace,
            metric.settings(["THRESHOLD": ">10", "ACTION_PLUGIN": "log_action", "POLLING_INTERVAL": "50ms"]),
            data: nil)
        let file = try historyFile(of: watcher)
        // As often as within a minute of the usual polling.
        try eventually("it has acted 60 times", within: 30) {
            Int(try queryOne(file, "select count(*) from actions")) ?? 0 >= 60
        }
        let status = try String(contentsOfFile: "/proc/\(watcher.program.pid)/status", encoding: .utf8)
        let most = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?
            .split(separator: " ").dropLast().last.flatMap { Int($0) }
        #expect(try #require(most) < Self.residentLimit, "\(status)")
    }

    /// The file with the history of one that has none of its own, as the process has it open.
    private func historyFile(of watcher: Watcher) throws -> String {
        let folder = "/proc/\(watcher.program.pid)/fd"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)") else {
                continue
            }
            if target.hasSuffix("/history.db") { return target }
        }
        throw Failure("no history: \(watcher.log)")
    }

    private func folder(of file: String) -> String { URL(fileURLWithPath: file).deletingLastPathComponent().path }
}
