import Configuration
import Exposition
import Foundation
import Instruments
import Logging
import Model
import Patterns
import Store
import Synchronization
import TestSupport
import Testing

@testable import Collectors

/// An engine with its store, and a clock that goes on when it is told.
private final class EngineBench {
    let store: Store
    let engine: ScrapeEngine
    let clock = SettableClock(dawn)
    let registry = Registry()
    let folder: Folder

    init() throws {
        folder = try Folder()
        var options = Store.Options()
        options.clock = clock
        let logger = Logger(level: .error)
        store = try Store(path: folder.path + "/test.db", options: options, registry: registry, logger: logger)
        engine = try ScrapeEngine(store: store, clock: clock, registry: registry, logger: logger)
    }

    deinit {
        engine.stop()
        store.close()
    }

    /// Says which targets a job has.
    func setTargets(
        _ addresses: [String], job name: String = "j", _ change: (inout ScrapeConfig) -> Void = { _ in }
    ) async {
        var config = ScrapeConfig(jobName: name)
        (config.interval, config.timeout) = (1000, 1000)
        config.staticGroups = [TargetGroup(targets: addresses)]
        change(&config)
        await engine.targetsChanged(resolveTargets(config.staticGroups, of: ScrapeJob(config)))
        engine.flush()
    }

    /// Lets time pass, in steps that nobody takes for a clock that was set.
    func pass(_ milliseconds: Int64) {
        for _ in 0..<milliseconds / 200 {
            clock.advance(200)
            engine.flush()
            // The first order is obeyed before what is due is looked at, the second one after it.
            engine.flush()
        }
    }

    /// One scrape of every target more, to its end.
    func round(_ milliseconds: Int64 = 1000) throws {
        let before = scrapes
        pass(milliseconds)
        let targets = Int(registry.value("vedette_scrape_targets") ?? 0)
        try until("\(targets) scrapes after \(before)") { scrapes >= before + targets }
    }

    var scrapes: Int {
        ["success", "failure", "skipped"].reduce(0) { $0 + Int(registry.value("vedette_scrapes_total", $1) ?? 0) }
    }

    /// The values of a series, oldest first.
    func values(_ metric: String, _ labels: Labels = [:]) async throws -> [String] {
        engine.flush()
        try await store.flush()
        let matchers = labels.pairs.map { LabelMatcher($0.name, .equal, $0.value) }
        let cursor = try store.select([.metric(metric)] + matchers, from: 0, to: .max)
        defer { cursor.close() }
        var found: [String] = []
        while try cursor.next() {
            found += try cursor.withSamples { $1.map { isStale($0) ? "stale" : formatAPIValue($0) } }
        }
        return found
    }

    func statuses() async throws -> [TargetStatus] {
        engine.flush()
        try await store.flush()
        return try store.targetStatuses()
    }
}

private struct Impatience: Error, CustomStringConvertible {
    let description: String
}

/// Waits for something that another thread brings about.
private func until(_ what: String, _ condition: () -> Bool) throws {
    for _ in 0..<5000 {
        if condition() { return }
        usleep(2000)
    }
    throw Impatience(description: "\(what) never came")
}

extension HTTPTestServer {
    fileprivate var address: String { "127.0.0.1:\(port)" }
}

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

    /// The appliance's own sources stand beside the jobs of a configuration, whatever their names.
    @Test func jobsDoNotTouchWhatIsWithin() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        try bench.engine.add(localTarget("node"), Saying())
        bench.engine.flush()
        await bench.setTargets([server.address], job: "node")
        try bench.round()
        await bench.engine.keepOnly(jobs: [])
        try bench.round()
        #expect(try await bench.values("within") == ["1", "1"])
        #expect(try await bench.values("up", ["job": "node", "instance": "here"]) == ["1", "1"])
        #expect(try await bench.values("a") == ["1", "stale"])
    }

    @Test func whatHangsWithinDelaysNobody() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        let source = Hanging()
        try bench.engine.add(localTarget("node"), source)
        await bench.setTargets([server.address])
        bench.pass(1000)
        try until("the scrape of the other") { bench.registry.value("vedette_scrapes_total", "success") == 1 }
        bench.pass(1000)
        try until("its next") { bench.registry.value("vedette_scrapes_total", "success") == 2 }
        source.gate.signal()
    }

    /// Whoever watches a machine must see that nothing is known of it, and that it is known again.
    @Test func whatHangsWithinIsDownUntilItAnswers() async throws {
        let bench = try EngineBench()
        let source = Hanging()
        let target = localTarget("node", timeout: 600)
        try bench.engine.add(target, source)
        bench.engine.flush()
        bench.pass(ScrapeSchedule(interval: target.interval, hash: target.hash).next(after: dawn) - dawn)
        bench.pass(400)
        #expect(bench.registry.value("vedette_scrapes_total", "failure") == 0)
        bench.pass(200)
        #expect(bench.registry.value("vedette_scrapes_total", "failure") == 1)
        #expect(try await bench.statuses().first?.lastError == "cannot collect: no answer within 600ms")
        bench.pass(2400)
        #expect(bench.registry.value("vedette_scrapes_total", "failure") == 4)
        let status = try #require(try await bench.statuses().first)
        #expect(status.health == "down")
        #expect(status.lastError == "cannot collect: an earlier question has not been answered yet")
        #expect(bench.registry.value("vedette_scrapes_total", "skipped") == 0)
        #expect(source.questions.withLock { $0 } == 1)

        // The answer that came too late is not stored, and the next question is put as usual.
        source.gate.signal()
        try until("the next question") {
            bench.pass(200)
            return source.questions.withLock { $0 } == 2
        }
        source.gate.signal()
        try until("an answer") { bench.registry.value("vedette_scrapes_total", "success") == 1 }
        #expect(try await bench.values("hung") == ["1"])
        let up = try await bench.values("up")
        #expect(up.count > 2 && up.dropLast().allSatisfy { $0 == "0" } && up.last == "1", "\(up)")
        #expect(try await bench.statuses().first?.health == "up")
    }

    @Test func secretsInFilesAreReadAgain() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        try bench.folder.write("token", "one")
        let text = """
            scrape_configs:
            - job_name: j
              scrape_interval: 1s
              authorization:
                credentials_file: \(bench.folder.path)/token
              static_configs:
              - targets: ["\(server.address)"]

            """
        let config = try #require(whole(text, files: .system).value?.scrapes.jobs.first)
        await bench.setTargets([server.address]) { $0 = config }
        try bench.round()
        try bench.folder.write("token", "two")
        try bench.round()
        try FileManager.default.removeItem(atPath: bench.folder.path + "/token")
        try bench.round()
        try bench.folder.write("token", "three")
        try bench.round()
        #expect(server.requests.map { $0["authorization"] } == ["Bearer one", "Bearer two", "Bearer three"])
        #expect(try await bench.values("up") == ["1", "1", "0", "1"])
    }

    static let answers: [(name: String, answer: TestAnswer, up: String, said: String)] = [
        ("error", TestAnswer(500, "a 1\n"), "0", "the server answered with status 500"),
        ("nothing here", TestAnswer(404), "0", "the server answered with status 404"),
        ("no content", TestAnswer(204), "0", "the server answered with status 204"),
        ("in a circle", TestAnswer(302, headers: ["Location: /metrics"]), "0", "redirect"),
        ("empty", TestAnswer(), "1", ""),
        (
            "compressed", TestAnswer(headers: ["Content-Encoding: gzip"], body: gzipped(Array("a 1\n".utf8))), "1", ""
        ),
        (
            "broken", TestAnswer(headers: ["Content-Encoding: gzip"], body: Array("a 1\n".utf8)), "0", "cannot"
        ),
        (
            "OpenMetrics",
            TestAnswer(
                headers: ["Content-Type: application/openmetrics-text; version=1.0.0"], body: Array("a 1\n# EOF\n".utf8)
            ),
            "1", ""
        ),
        (
            "OpenMetrics without an end",
            TestAnswer(headers: ["Content-Type: application/openmetrics-text"], body: Array("a 1\n".utf8)),
            "0", "EOF"
        ),
        (
            "OpenMetrics without anything",
            TestAnswer(headers: ["Content-Type: application/openmetrics-text"], body: []),
            "0", "EOF"
        ),
    ]

    @Test(arguments: answers)
    func answersAreJudged(name: String, answer: TestAnswer, up: String, said: String) async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in answer })
        await bench.setTargets([server.address])
        try bench.round()
        #expect(try await bench.values("up") == [up])
        let status = try #require(try await bench.statuses().first)
        #expect(said.isEmpty ? status.lastError.isEmpty : status.lastError.contains(said), "\(status.lastError)")
        #expect(status.health == (up == "1" ? "up" : "down"))
        #expect(try await bench.values("a") == (up == "1" && name != "empty" ? ["1"] : []))
    }

    @Test func redirectsAreFollowedWhereAllowed() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: {
            $0.path == "/metrics" ? TestAnswer(301, headers: ["Location: /elsewhere"]) : TestAnswer("a 1\n")
        })
        await bench.setTargets([server.address])
        try bench.round()
        await bench.setTargets([server.address]) { $0.http.followRedirects = false }
        try bench.round()
        #expect(try await bench.values("up") == ["1", "0"])
    }

    @Test func answersOverTheSizeLimitAreCut() async throws {
        let bench = try EngineBench()
        let text = (0..<100).map { "a{n=\"\($0)\"} 1\n" }.joined()
        let server = try HTTPTestServer(answering: { _ in TestAnswer(text) })
        await bench.setTargets([server.address]) { $0.limits.bodySize = 130 }
        try bench.round()
        #expect(try await bench.values("up") == ["1"])
        let kept = try await bench.values("a").count
        #expect(kept == 11, "\(kept)")
        #expect(bench.registry.value("vedette_samples_dropped_total", "body_size_limit") == 1)
        #expect(try await bench.statuses().first?.lastError.contains("body_size_limit") == true)
        await bench.setTargets([server.address]) { ($0.limits.bodySize, $0.limits.action) = (130, .failScrape) }
        try bench.round()
        #expect(try await bench.values("up") == ["1", "0"])
    }

    @Test func whoDoesNotAnswerInTimeIsDown() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer { (connection: TestConnection) in
            _ = connection.readRequest()
            connection.linger()
        }
        await bench.setTargets([server.address]) { $0.timeout = 100 }
        try bench.round()
        #expect(try await bench.values("up") == ["0"])
        #expect(try await bench.statuses().first?.lastError.contains("100") == true)
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

private func localTarget(_ job: String, timeout: Int64 = 1000) -> ScrapeTarget {
    ScrapeTarget(
        local: ScrapeJob(ScrapeConfig(jobName: job)), labels: ["job": job, "instance": "here"], interval: 1000,
        timeout: timeout)
}

/// A source that always says the same.
private struct Saying: LocalSource {
    mutating func collect(into writer: inout ExpositionWriter) {
        writer.family("within", .gauge, help: "")
        writer.sample("within", [], 1)
    }
}

/// A source that waits before it says anything.
private final class Hanging: LocalSource, Sendable {
    let gate = DispatchSemaphore(value: 0)
    /// How often it was asked.
    let questions = Mutex(0)

    func collect(into writer: inout ExpositionWriter) {
        questions.withLock { $0 += 1 }
        gate.wait()
        writer.family("hung", .gauge, help: "")
        writer.sample("hung", [], 1)
    }
}
