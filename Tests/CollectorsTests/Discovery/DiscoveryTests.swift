import Configuration
import Foundation
import Logging
import Model
import Testing
import Threads

@testable import Collectors

@Suite struct HTTPSourceTests {
    private func ask(_ status: Int, _ type: String, _ body: String) async -> Result<[TargetGroup], UserError> {
        var config = HTTPDiscoveryConfig(url: "http://u:p@sd/x")
        config.refreshInterval = 1500
        let fetcher = ScriptedFetcher([
            .success(DiscoveryAnswer(status: status, contentType: type, body: Array(body.utf8)))
        ])
        do {
            let groups = try await HTTPSource(config: config, fetcher: fetcher, lane: BlockingLane()).ask()
            #expect(fetcher.requests.map(\.url) == ["http://u:p@sd/x"])
            #expect(fetcher.requests.first?.timeoutMilliseconds == 1500)
            #expect(
                fetcher.requests.first?.headers.map { "\($0.name): \($0.value)" } == [
                    "Accept: application/json", "X-Prometheus-Refresh-Interval-Seconds: 1.5",
                ])
            return .success(groups)
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""])
    func readsAnAnswer(_ type: String) async throws {
        let groups = try await ask(200, type, #"[{"targets":["a:1"],"labels":{"x":"${HOME}"}}]"#).get()
        #expect(
            groups == [
                TargetGroup(targets: ["a:1"], labels: [Label("x", "${HOME}"), Label("__meta_url", "http://u:p@sd/x")])
            ])
    }

    @Test(arguments: [
        (500, "application/json", "[]", "the server answered with status 500"),
        (204, "application/json", "[]", "the server answered with status 204"),
        (200, "text/html", "[]", "the answer has the type \"text/html\" rather than application/json"),
        (
            200, "application/json; charset=latin1", "[]",
            "the answer has the type \"application/json; charset=latin1\" rather than application/json"
        ),
        (200, "", "[]", "the answer has the type \"\" rather than application/json"),
        (200, "application/json", "", "http://u:<secret>@sd/x:1:1: it is empty"),
        (200, "application/json", "{}", "http://u:<secret>@sd/x:1:1: expected a list, found a map"),
    ]) func refuses(_ status: Int, _ type: String, _ body: String, _ expected: String) async {
        #expect(await ask(status, type, body).mapError(\.shown) == .failure(Shown(text: expected)))
    }
}

/// An error as it is shown.
private struct Shown: Error, Equatable { var text: String }
extension UserError { fileprivate var shown: Shown { Shown(text: description) } }

/// A state that expectations can move on.
private final class Watched {
    private var state: JobState
    private let memory: DiscoveryMemory

    init(_ state: JobState, _ memory: DiscoveryMemory) {
        self.state = state
        self.memory = memory
    }

    func firstSet() -> TargetSet? { state.firstSet() }
    func take(_ report: SourceReport) -> TargetSet? { state.take(report, remembering: memory) }
    func newProblems(_ report: SourceReport) -> [String] { state.newProblems(report) }
}

@Suite struct JobStateTests {
    private let memory = DiscoveryMemory()

    private func state() -> Watched {
        var config = ScrapeConfig(jobName: "j")
        config.staticGroups = [TargetGroup(targets: ["static"])]
        config.fileDiscovery = [FileDiscoveryConfig(files: ["f.json"])]
        config.httpDiscovery = [HTTPDiscoveryConfig(url: "http://sd")]
        return Watched(JobState(ScrapeJob(config), remembered: memory), memory)
    }

    private func addresses(_ set: TargetSet?) -> [String]? { set?.targets.compactMap { $0.labels["instance"] } }

    @Test func nothingIsToldBeforeEverySourceAnswered() {
        let state = state()
        #expect(state.firstSet() == nil)
        #expect(state.take(.source(0, [TargetGroup(targets: ["f"])], [])) == nil)
        #expect(addresses(state.take(.source(1, nil, ["down"]))) == ["static", "f"])
        #expect(state.take(.patienceIsOver) == nil)
    }

    @Test func afterAWhileTheSilentAreNotWaitedFor() {
        let state = state()
        let silent = ["f.json", "http://sd"].map {
            "cannot discover targets from \($0), keeping the last ones: it has not answered yet"
        }
        #expect(state.newProblems(.patienceIsOver) == silent)
        let first = state.take(.patienceIsOver)
        #expect(addresses(first) == ["static"])
        #expect(first?.problems == silent)
        let second = state.take(.source(1, [TargetGroup(targets: ["h"])], []))
        #expect(addresses(second) == ["static", "h"])
        #expect(second?.problems == [silent[0]])
        // An answer without news is one too.
        #expect(state.take(.source(0, nil, []))?.problems == [])
    }

    /// What is known from before is told at once; that nothing new comes is said all the same.
    @Test func whoFallsSilentAfterAReloadIsNamed() {
        let before = state()
        _ = before.take(.source(0, [TargetGroup(targets: ["f"])], []))
        _ = before.take(.source(1, [TargetGroup(targets: ["h"])], []))
        let after = state()
        #expect(after.firstSet()?.problems == [])
        #expect(after.take(.source(1, [TargetGroup(targets: ["h"])], [])) == nil)
        let named = after.take(.patienceIsOver)
        #expect(addresses(named) == ["static", "f", "h"])
        #expect(named?.problems.count == 1 && named?.problems.first?.contains("f.json") == true)
    }

    @Test func onlyChangesAreTold() {
        let state = state()
        _ = state.take(.patienceIsOver)
        _ = state.take(.source(1, [], []))
        let report = SourceReport.source(0, [TargetGroup(targets: ["f"])], [])
        #expect(addresses(state.take(report)) == ["static", "f"])
        #expect(state.take(report) == nil)
        #expect(state.newProblems(.source(0, nil, ["bad"])) == ["bad"])
        let bad = state.take(.source(0, nil, ["bad"]))
        #expect(addresses(bad) == ["static", "f"])
        #expect(bad?.problems == ["bad"])
        #expect(state.newProblems(.source(0, nil, ["bad"])) == [])
        #expect(state.take(.source(0, nil, ["bad"])) == nil)
        #expect(state.take(report)?.problems == [])
        #expect(state.take(.source(9, [], [])) == nil)
    }

    @Test func aReloadStartsFromWhatIsKnown() {
        let before = state()
        _ = before.take(.source(0, [TargetGroup(targets: ["f"])], []))
        _ = before.take(.source(1, [TargetGroup(targets: ["h"])], []))
        let after = state()
        #expect(addresses(after.firstSet()) == ["static", "f", "h"])
        memory.keepOnly([])
        let forgotten = state()
        #expect(forgotten.firstSet() == nil)
    }
}

@Suite(.timeLimit(.minutes(1))) struct DiscoveryTests {
    private let quiet = Logger(level: .error)

    @Test func tellsTheSinkOfEveryChange() async throws {
        let folder = try Folder()
        try folder.write("a.json", "[{\"targets\":[\"f1\"]}]")
        var config = ScrapeConfig(jobName: "j")
        config.staticGroups = [TargetGroup(targets: ["s"])]
        config.fileDiscovery = [FileDiscoveryConfig(files: ["\(folder.path)/*.json"])]
        config.httpDiscovery = [HTTPDiscoveryConfig(url: "http://sd")]
        let fetcher = ScriptedFetcher([answer("h1"), .failure(UserError("cannot connect")), answer("h2")])
        let sink = RecordingSink()
        let clock = ManualClock()
        let discovery = Discovery(
            jobs: [config, ScrapeConfig(jobName: "empty")], sink: sink, fetcher: fetcher, memory: DiscoveryMemory(),
            clock: clock, logger: quiet)
        let task = Task { await discovery.run() }
        func addresses(_ number: Int) async -> [String] {
            await sink.set(number).targets.compactMap { $0.labels["instance"] }
        }

        // Two jobs: which of them is told first is open.
        _ = await sink.set(2)
        #expect(
            Set(sink.all.map { "\($0.job.config.jobName) \($0.targets.compactMap { $0.labels["instance"] })" }) == [
                #"j ["s", "f1", "h1"]"#, "empty []",
            ])
        // Asleep: the patience of both jobs, the files, the server.
        await clock.untilAsleep(4)
        try folder.write("a.json", "[{\"targets\":[\"f2\"]}]")
        clock.advance(by: .seconds(3))
        #expect(await addresses(3) == ["s", "f2", "h1"])
        await clock.untilAsleep(4)
        // Nothing changes: nothing is told. Then the server fails, and its last targets stay.
        clock.advance(by: .seconds(3))
        await clock.untilAsleep(2)
        clock.advance(by: .seconds(54))
        let failed = await sink.set(4)
        #expect(failed.targets.compactMap { $0.labels["instance"] } == ["s", "f2", "h1"])
        #expect(failed.problems == ["cannot discover targets from http://sd, keeping the last ones: cannot connect"])
        await clock.untilAsleep(2)
        clock.advance(by: .seconds(60))
        #expect(await addresses(5) == ["s", "f2", "h2"])
        #expect(sink.all.last?.problems == [])
        task.cancel()
        await task.value
        #expect(sink.all.count == 5)
    }

    @Test func aSilentServerDoesNotHoldTheOthers() async {
        struct Silent: HTTPFetching {
            let clock: ManualClock
            func fetch(_ request: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer {
                do { try await clock.sleep(for: .seconds(1000)) } catch { throw UserError("cancelled") }
                throw UserError("too late")
            }
        }
        var config = ScrapeConfig(jobName: "j")
        config.staticGroups = [TargetGroup(targets: ["s"])]
        config.httpDiscovery = [HTTPDiscoveryConfig(url: "http://sd")]
        let sink = RecordingSink()
        let clock = ManualClock()
        let discovery = Discovery(
            jobs: [config], sink: sink, fetcher: Silent(clock: clock), memory: DiscoveryMemory(), clock: clock,
            logger: quiet)
        let task = Task { await discovery.run() }
        await clock.untilAsleep(2)
        #expect(sink.all.isEmpty)
        clock.advance(by: .seconds(5))
        #expect(await sink.set(1).targets.count == 1)
        task.cancel()
        await task.value
    }

    @Test func aBadFileStaysKnownOverAReload() async throws {
        let folder = try Folder()
        try folder.write("a.json", "[{\"targets\":[\"good\"]}]")
        var config = ScrapeConfig(jobName: "j")
        config.fileDiscovery = [FileDiscoveryConfig(files: ["\(folder.path)/a.json"])]
        let memory = DiscoveryMemory()
        for text in [nil, "[{"] {
            if let text { try folder.write("a.json", text) }
            let sink = RecordingSink()
            let clock = ManualClock()
            let discovery = Discovery(
                jobs: [config], sink: sink, fetcher: ScriptedFetcher([]), memory: memory, clock: clock, logger: quiet)
            let task = Task { await discovery.run() }
            await clock.untilAsleep(2)
            if text != nil { _ = await sink.set(2) }
            #expect(await sink.set(1).targets.map(\.url) == ["http://good/metrics"])
            #expect(sink.all.last?.targets.map(\.url) == ["http://good/metrics"])
            #expect(sink.all.last?.problems.count == (text == nil ? 0 : 1))
            task.cancel()
            await task.value
        }
    }
}
