import Foundation
import Testing

/// `kill -9` at random moments through the life of a firing threshold: no action is lost, none is decided on twice, and the history
/// says of each request that a webhook received which attempt of which action it was.
@Suite(
    .enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)),
    .enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), .serialized)
struct KilledRuleTests {
    static let kills = 50
    /// The pause between two actions.
    static let backoff: Int64 = 1000
    static let interval: Int64 = 200

    @Test(.timeLimit(.minutes(5))) func everyActionIsDoneAndOnRecord() throws {
        let metric = try WatchedMetric(0)
        let receiver = try Exporter(keepingRequests: true) { _ in Reply("thanks") }
        defer { receiver.stop() }
        let configuration = """
            self_monitoring: {host: false, vedette: false}
            actions:
              - name: tell
                timeout: 2s
                retry: {min: 100ms, max: 200ms}
                attempts: 100
                webhook: {url: "http://127.0.0.1:\(receiver.port)/hook"}
            thresholds:
              - name: queue
                source: {url: "http://127.0.0.1:\(metric.prometheus.port)"}
                expr: queue_length{queue="a"}
                interval: \(Self.interval)ms
                threshold: "> 10"
                for: 1s
                backoff: \(Self.backoff)ms
                actions: {enter: [tell], repeat: [tell], resolve: [tell]}
            """
        var random = SystemRandomNumberGenerator()
        var crossed: Int64 = 0
        for kill in 1...Self.kills {
            let appliance = try Appliance(in: metric.workplace, configuration: configuration)
            // In the middle of the first duration as well.
            if kill == 2 { crossed = try metric.set(50) }
            Thread.sleep(forTimeInterval: Double.random(in: 0...0.6, using: &random))
            try appliance.crash()
            #expect(try queryOne(appliance.data, "pragma integrity_check") == "ok", "after kill \(kill)")
        }
        let appliance = try Appliance(in: metric.workplace, configuration: configuration)
        let before = receiver.received.count
        try eventually("it repeats on") { receiver.received.count > before + 1 }
        let ended = try metric.set(0)
        try eventually("its end is told") {
            try appliance.rows("select 1 from action_history where cause = 'resolve' and result = 'succeeded'").count
                == 1
        }
        #expect(try appliance.stop() == .exit(0))
        try expectRecord(appliance, receiver.received, from: crossed, to: ended)
    }

    private func expectRecord(_ appliance: Appliance, _ received: [Received], from: Int64, to: Int64) throws {
        let actions = try appliance.rows(
            "select action_id, idempotency_key, cause, decided, outcome from actions order by 1")
        #expect(actions.allSatisfy { $0[4] == "succeeded" }, "\(actions)")
        // It is entered once, left once, and in between it repeats.
        #expect(actions.map { $0[2] } == ["enter"] + Array(repeating: "repeat", count: actions.count - 2) + ["resolve"])
        let decided = actions.compactMap { Int64($0[3]) }
        let first = try #require(decided.first)
        // The duration is over at most an evaluation, a scrape and a restart after it could be.
        #expect(first >= from + 1000 - Self.interval, "entered \(first - from) ms after it was crossed")
        #expect(first <= from + 4000, "entered \(first - from) ms after it was crossed")
        for (earlier, later) in zip(decided, decided.dropFirst()) where later != decided.last {
            #expect(later - earlier >= Self.backoff, "\(later - earlier) ms between two actions")
        }
        // Every request belongs to an attempt, and every action that succeeded was received.
        let attempts = try appliance.rows("select action_id, attempt, outcome from attempts")
        let count = Dictionary(grouping: attempts) { $0[0] }.mapValues(\.count)
        let requests = Dictionary(grouping: received) { $0["idempotency-key"] ?? "" }.mapValues(\.count)
        #expect(Set(requests.keys) == Set(actions.map { $0[1] }))
        for action in actions {
            let got = requests[action[1]] ?? 0
            #expect(got >= 1 && got <= count[action[0]] ?? 0, "action \(action): \(got) requests")
            let interrupted = attempts.count { $0[0] == action[0] && $0[2] == "interrupted" }
            // Only an attempt whose end nobody saw may have been one request too many.
            #expect(got <= 1 + interrupted, "action \(action): \(got) requests, \(interrupted) interrupted")
        }
        #expect(attempts.allSatisfy { $0[2] == "succeeded" || $0[2] == "interrupted" }, "\(attempts)")
    }
}
