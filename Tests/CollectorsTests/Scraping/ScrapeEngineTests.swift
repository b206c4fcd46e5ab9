import Exposition
import Instruments
import Logging
import Model
import Patterns
import Store
import Synchronization
import TestSupport
import Testing

@testable import Collectors

/// Targets that come, go and stay, and the time at which they are scraped.
@Suite(.serialized) struct ScrapeEngineTests {
    @Test func targetsComeAndGo() async throws {
        let bench = try EngineBench()
        let count = Mutex(0)
        let first = try HTTPTestServer(answering: { _ in TestAnswer("a \(count.withLock { $0 += 1; return $0 })\n") })
        let second = try HTTPTestServer(answering: { _ in TestAnswer("b 1\n") })
        await bench.setTargets([first.address])
        try bench.round()
        try bench.round()
        await bench.setTargets([first.address, second.address])
        try bench.round()
        await bench.setTargets([second.address])
        try bench.round()
        #expect(try await bench.values("a") == ["1", "2", "3", "stale"])
        #expect(try await bench.values("b") == ["1", "1"])
        #expect(try await bench.values("up", ["instance": first.address]) == ["1", "1", "1", "stale"])
        #expect(first.requests.count == 3)
        // What stays is asked over the connection that there is.
        #expect(first.connectionCount == 1)
        #expect(first.requests.first?["x-prometheus-scrape-timeout-seconds"] == "1")
        #expect(first.requests.first?["accept"]?.hasPrefix("application/openmetrics-text;version=1.0.0") == true)
    }

    @Test func anotherConfigurationInterruptsNothing() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\nb 1\n") })
        await bench.setTargets([server.address])
        try bench.round()
        let rule = try RelabelRule(action: .drop, sourceLabels: ["__name__"], regex: RegularExpression("b"))
        await bench.setTargets([server.address]) { $0.metricRelabelRules = [rule] }
        try bench.round()
        // A job with one target more is no other job for the ones it had.
        await bench.setTargets([server.address, "127.0.0.1:1"]) { $0.metricRelabelRules = [rule] }
        try bench.round()
        #expect(try await bench.values("a") == ["1", "1", "1"])
        #expect(try await bench.values("b") == ["1", "stale"])
        #expect(try await bench.values("scrape_series_added", ["instance": server.address]) == ["2", "1", "0"])
    }

    @Test func jobsEndWithTheirConfiguration() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        let keep = try RelabelRule(action: .keep, sourceLabels: ["__address__"], regex: RegularExpression("127.*"))
        await bench.setTargets([server.address, "dropped"], job: "one") { $0.relabelRules = [keep] }
        await bench.setTargets([server.address], job: "two")
        try bench.round()
        let states = try await bench.statuses().map(\.state)
        #expect(states == [.dropped, .active, .active], "\(states)")
        await bench.engine.keepOnly(jobs: ["two"])
        try bench.round()
        #expect(try await bench.values("a", ["job": "one"]) == ["1", "stale"])
        #expect(try await bench.values("a", ["job": "two"]) == ["1", "1"])
        #expect(try await bench.statuses().map(\.target.job) == ["two"])
    }

    @Test func aJobWithTooManyTargetsShowsThemAsDown() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        await bench.setTargets([server.address])
        try bench.round()
        await bench.setTargets([server.address, "127.0.0.1:1"]) {
            ($0.limits.targets, $0.limits.action) = (1, .failScrape)
        }
        try bench.round()
        let statuses = try await bench.statuses()
        #expect(statuses.map(\.health) == ["down", "down"])
        #expect(statuses.allSatisfy { $0.lastError == "target_limit exceeded: 2 targets, limit 1" })
        #expect(server.requests.count == 1)
        await bench.setTargets([server.address])
        try bench.round()
        #expect(try await bench.values("a") == ["1", "stale", "1"])
        #expect(try await bench.values("up", ["instance": server.address]) == ["1", "0", "1"])
    }

    @Test(arguments: [-3_600_000, 3_600_000] as [Int64])
    func aClockThatIsSetBringsNeitherStormNorSilence(step: Int64) async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        await bench.setTargets([server.address])
        try bench.round()
        try bench.round()
        bench.clock.set(bench.clock.now() + step)
        bench.engine.flush()
        bench.engine.flush()
        #expect(bench.scrapes == 2)
        try bench.round()
        try bench.round()
        #expect(server.requests.count == 4)
        #expect(try await bench.values("a") == ["1", "1", "1", "1"])
    }

    @Test func aThousandTargets() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        let addresses = (0..<1000).map { "target-\($0)" }
        let rules = [
            try RelabelRule(sourceLabels: ["__address__"], targetLabel: "instance"),
            try RelabelRule(targetLabel: "__address__", replacement: server.address),
        ]
        await bench.setTargets(addresses) { ($0.relabelRules, $0.interval, $0.timeout) = (rules, 4000, 4000) }
        try bench.round(4000)
        try bench.round(4000)
        #expect(bench.registry.value("vedette_scrapes_total", "failure") == 0)
        #expect(bench.registry.value("vedette_scrapes_total", "success") == 2000)
        #expect(try await bench.values("up").count == 2000)
        await bench.setTargets([])
        #expect(bench.registry.value("vedette_scrape_targets") == 0)
        #expect(try await bench.values("a").count { $0 == "stale" } == 1000)
    }

    @Test func whatWasKnownBeforeAStartIsNot() async throws {
        let bench = try EngineBench()
        await bench.setTargets(["127.0.0.1:1"])
        #expect(try await bench.statuses().count == 1)
        bench.engine.stop()
        let next = try ScrapeEngine(
            store: bench.store, clock: bench.clock, registry: Registry(), logger: Logger(level: .error))
        next.flush()
        #expect(try await bench.statuses().isEmpty)
        next.stop()
    }

    @Test func theEndComesWhateverIsUnderWay() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer { (connection: TestConnection) in
            _ = connection.readRequest()
            connection.linger()
        }
        await bench.setTargets([server.address])
        bench.pass(1000)
        try until("a request") { server.requests.count == 1 }
        bench.engine.stop()
        // Whoever comes too late is not kept waiting.
        bench.engine.flush()
        bench.engine.stop()
        #expect(try await bench.values("up").isEmpty)
    }
}
