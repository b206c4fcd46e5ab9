import Foundation
import Testing

/// Bad days of acting: a full disk, two instances, a webhook that misbehaves, and very much to do at once.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)), .serialized)
struct ActingTests {
    /// A threshold on what an exporter says, and a webhook to a receiver of the test.
    private func configuration(
        _ exporter: Exporter, _ receiver: Exporter, threshold: String = "for: 400ms", more: String = ""
    ) -> String {
        scraping([("test", exporter)], every: "200ms")
            + """
            self_monitoring: {host: false, vedette: false}
            actions:
              - name: tell
                timeout: 2s
                retry: {min: 100ms, max: 200ms}
                attempts: 100
                concurrency: 20
                webhook: {url: "http://127.0.0.1:\(receiver.port)/hook"}
            thresholds:
              - {name: queue, expr: 'queue_length', interval: 200ms, threshold: "> 10", actions: {enter: [tell], resolve: [tell]}, \(threshold)}
            \(more)
            """
    }

    @Test(
        .enabled(if: Surroundings.mayMount, Comment(rawValue: Surroundings.noMount)), .timeLimit(.minutes(3)))
    func judgingAndActingGoOnThroughAFullDisk() throws {
        let workplace = try Workplace()
        let disk = try SmallDisk(megabytes: 16, in: workplace)
        let exporter = try Exporter(text: "queue_length 0\n")
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer {
            exporter.stop()
            receiver.stop()
        }
        let file = disk.path + "/vedette.db"
        let appliance = try Appliance(
            in: workplace, configuration: configuration(exporter, receiver), data: file)
        try eventually("it judges") { try appliance.rows("select 1 from rule_states where state = 'ok'").count == 1 }
        try disk.fill()
        try eventually("the condition is visible", within: 60) { try appliance.metric("vedette_store_writable") == 0 }
        exporter.change { _ in Reply("queue_length 50\n") }
        try eventually("the alert is told all the same") { receiver.received.count == 1 }
        exporter.change { _ in Reply("queue_length 0\n") }
        try eventually("its end is told too") { receiver.received.count == 2 }
        try disk.free()
        try eventually("the history has all of it", within: 60) {
            try query(file, "select cause, result from action_history order by id") == [
                ["enter", "succeeded"], ["resolve", "succeeded"],
            ]
        }
        #expect(try appliance.stop() == .exit(0), "\(appliance.log)")
        #expect(try queryOne(file, "pragma integrity_check") == "ok")
    }

    @Test(.timeLimit(.minutes(5))) func ofTwoInstancesOnOneLockOneActs() throws {
        let exporter = try Exporter(text: "queue_length 50\n")
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer {
            exporter.stop()
            receiver.stop()
        }
        let shared = try Workplace()
        let lock = shared.file("lock")
        func start(_ name: String) throws -> Appliance {
            try Appliance(
                in: try Workplace(),
                configuration: configuration(
                    exporter, receiver,
                    more: """
                        leadership: {lock_file: "\(lock)", identity: \(name), lease_duration: 3s, renew_deadline: 2s, retry_period: 500ms}
                        """))
        }
        let first = try start("first")
        try eventually("the first one leads") { try first.metric("vedette_leader") == 1 }
        let second = try start("second")
        try eventually("the first one acts") { receiver.received.count == 1 }
        try eventually("the second one judges") {
            try second.rows("select 1 from rule_states where state = 'active'").count == 1
        }
        #expect(try second.metric("vedette_leader") == 0)
        Thread.sleep(forTimeInterval: 1)
        #expect(receiver.received.count == 1)
        try first.crash()
        let crashed = monotonicSeconds()
        try eventually("the second one acts in its place") { receiver.received.count == 2 }
        // The lease and two tries, and an evaluation.
        let taken = monotonicSeconds() - crashed
        #expect(taken < 6, "after \(taken) s")
        let keys = receiver.received.compactMap { $0["idempotency-key"] }
        #expect(Set(keys).count == 2)
        let epochs = try [first, second].map { try $0.rows("select leader_epoch from action_history") }
        #expect(epochs.map(\.count) == [1, 1], "\(epochs)")
        #expect(epochs[0] != epochs[1], "\(epochs)")
        #expect(try second.stop() == .exit(0))
    }

    /// After a start nobody knows at first what fires: what was told before is not over because of that.
    @Test(.timeLimit(.minutes(5))) func aRestartTellsNobodyThatAlertsAreOver() throws {
        let exporter = try Exporter(text: "queue_length 50\n")
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer {
            exporter.stop()
            receiver.stop()
        }
        let workplace = try Workplace()
        // By routes alone.
        let configuration =
            configuration(exporter, receiver)
            .replacingOccurrences(of: "actions: {enter: [tell], resolve: [tell]}, ", with: "")
            + "\nroutes:\n  - {actions: [tell], group_by: [alertname], group_wait: 0s, group_interval: 1s}\n"
        let first = try Appliance(in: workplace, configuration: configuration)
        try eventually("it is told") { receiver.received.count == 1 }
        try eventually("that is on record") {
            try first.rows("select 1 from actions where outcome = 'succeeded'").count == 1
        }
        try first.crash()
        // Longer than the group's interval: it is due at once.
        Thread.sleep(forTimeInterval: 2)
        let second = try Appliance(in: workplace, configuration: configuration)
        Thread.sleep(forTimeInterval: 3)
        #expect(receiver.received.count == 1, "\(receiver.received.map(\.body))")
        exporter.change { _ in Reply("queue_length 0\n") }
        try eventually("its end is told") { receiver.received.count == 2 }
        #expect(receiver.received.last?.body.contains("\"status\":\"resolved\"") == true)
        #expect(try second.stop() == .exit(0))
    }

    @Test(.timeLimit(.minutes(5))) func aThousandActionsAtOnceAreRecordedAtOnceAndWorkedOff() throws {
        let text = (0..<1000).map { "queue_length{n=\"\($0)\"} 50\n" }.joined()
        let exporter = try Exporter(text: text)
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer {
            exporter.stop()
            receiver.stop()
        }
        let appliance = try Appliance(
            in: try Workplace(), configuration: configuration(exporter, receiver, threshold: "for: 0s"))
        let decided = try eventually("a thousand are recorded") { () -> [[String]]? in
            let rows = try appliance.rows("select count(*), count(distinct decided) from actions")
            return rows.first?.first == "1000" ? rows : nil
        }
        #expect(decided == [["1000", "1"]], "all were decided on in one evaluation")
        try eventually("all are done", within: 60) {
            try appliance.rows("select count(*) from actions where outcome = 'succeeded'").first?.first == "1000"
        }
        #expect(Set(receiver.received.compactMap { $0["idempotency-key"] }).count == 1000)
        #expect(receiver.received.count == 1000)
        #expect(try appliance.stop() == .exit(0))
    }

    @Test(.timeLimit(.minutes(5))) func aWebhookThatFailsIsTriedAgainWithTheSameKey() throws {
        let exporter = try Exporter(text: "queue_length 50\n")
        let receiver = try Exporter(keepingRequests: true) { number in
            switch number {
            case 1: Reply(status: 500, text: "out of order")
            case 2: Reply(status: 429, headers: "Retry-After: 1\r\n", text: "slowly")
            case 3: Reply("").behaving(.rude)
            case 4: Reply("").behaving(.silent)
            default: Reply("thanks")
            }
        }
        defer {
            exporter.stop()
            receiver.stop()
        }
        let appliance = try Appliance(in: try Workplace(), configuration: configuration(exporter, receiver))
        try eventually("it succeeds in the end", within: 30) {
            try appliance.rows("select 1 from actions where outcome = 'succeeded'").count == 1
        }
        let history = try appliance.rows("select attempt, outcome, code, error from action_history order by attempt")
        #expect(history.map { $0[1] } == ["failed", "failed", "failed", "timed_out", "succeeded"], "\(history)")
        #expect(history.map { $0[2] }.prefix(2) == ["500", "429"])
        #expect(history.allSatisfy { $0[1] == "succeeded" || !$0[3].isEmpty })
        #expect(Set(receiver.received.compactMap { $0["idempotency-key"] }).count == 1)
        let pause = try appliance.rows(
            "select b.started - a.finished from attempts a join attempts b on b.attempt = a.attempt + 1 where a.attempt = 2"
        )
        #expect(pause.first?.first.flatMap { Int($0) } ?? 0 >= 1000)
    }
}
