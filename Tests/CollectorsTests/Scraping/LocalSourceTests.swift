import Exposition
import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Collectors

/// What is within the process, scraped like any target.
@Suite(.serialized) struct LocalSourceTests {
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
