import Configuration
import Logging
import Model

/// Finds the targets of every job and keeps a sink told of them.
public struct Discovery: Sendable {
    private let jobs: [ScrapeJob]
    private let sink: any DiscoverySink
    private let fetcher: any HTTPFetching
    private let clusters: any ClusterFinding
    private let memory: DiscoveryMemory
    private let files: FileAccess
    private let clock: any Clock<Duration>
    private let logger: Logger

    /// Discovery of the jobs of one configuration. The memory outlives it: a reload starts from what is known.
    public init(
        jobs: [ScrapeConfig], sink: any DiscoverySink, fetcher: any HTTPFetching,
        clusters: any ClusterFinding = NoClusters(), memory: DiscoveryMemory,
        files: FileAccess = .system, clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.jobs = jobs.map(ScrapeJob.init)
        self.sink = sink
        self.fetcher = fetcher
        self.clusters = clusters
        self.memory = memory
        self.files = files
        self.clock = clock
        self.logger = logger
    }

    /// Looks and asks until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for job in jobs {
                group.addTask { await run(job) }
            }
        }
    }

    /// Sources report into one stream, so that the sets of a job reach the sink one after the other.
    private func run(_ job: ScrapeJob) async {
        let (reports, continuation) = AsyncStream<SourceReport>.makeStream()
        var state = JobState(job, remembered: memory)
        await withDiscardingTaskGroup { group in
            for (slot, source) in state.sources.enumerated() {
                let report: @Sendable ([TargetGroup]?, [String]) -> Void = { groups, problems in
                    continuation.yield(.source(slot, groups, problems))
                }
                switch source {
                case .files(let config): group.addTask { await watch(config, of: job, report) }
                case .server(let config): group.addTask { await ask(config, of: job, report) }
                case .pods(let config):
                    let source = PodSource(config: config, clusters: clusters, clock: clock)
                    group.addTask { await source.run(report) }
                }
            }
            group.addTask {
                // A source that does not answer keeps the others waiting only so long.
                if await slept(5000) { continuation.yield(.patienceIsOver) }
            }
            if let set = state.firstSet() { await sink.targetsChanged(set) }
            for await report in reports {
                for problem in state.newProblems(report) { logger.warn(problem, ["job": job.config.jobName]) }
                if let set = state.take(report, remembering: memory) { await sink.targetsChanged(set) }
            }
            group.cancelAll()
        }
    }

    private func watch(
        _ config: FileDiscoveryConfig, of job: ScrapeJob, _ report: @Sendable ([TargetGroup]?, [String]) -> Void
    ) async {
        let pause = min(config.refreshInterval, 3000)
        let lane = memory.lane(of: job.config.jobName, .files(config))
        var source = memory.fileSource(of: job.config.jobName, config) ?? FileSource(config, access: files)
        var mustReport = true
        var sinceRead: Int64 = 0
        while !Task.isCancelled {
            let again = sinceRead >= config.refreshInterval
            let before = source
            do {
                let changed: Bool
                (source, changed) = try await lane.run {
                    var source = before
                    let changed = source.look(again: again)
                    return (source, changed)
                }
                if changed || mustReport {
                    memory.remember(source, of: job.config.jobName, config)
                    report(source.groups, source.problems)
                }
                mustReport = false
                sinceRead = again ? pause : sinceRead + pause
            } catch {
                if Task.isCancelled { return }
                report(nil, ["cannot look at target files, keeping their last targets: \(error)"])
                mustReport = true
            }
            guard await slept(pause) else { return }
        }
    }

    private func ask(
        _ config: HTTPDiscoveryConfig, of job: ScrapeJob, _ report: @Sendable ([TargetGroup]?, [String]) -> Void
    ) async {
        let lane = memory.lane(of: job.config.jobName, .server(config))
        let source = HTTPSource(config: config, fetcher: fetcher, lane: lane)
        while !Task.isCancelled {
            do {
                report(try await source.ask(), [])
            } catch {
                report(nil, ["cannot discover targets from \(source.shownURL), keeping the last ones: \(error)"])
            }
            guard await slept(config.refreshInterval) else { return }
        }
    }

    /// Sleeps; false when the task was cancelled meanwhile.
    private func slept(_ milliseconds: Int64) async -> Bool {
        do {
            // The tolerance lets the system wake up once for many.
            try await clock.sleep(for: .milliseconds(milliseconds), tolerance: .milliseconds(milliseconds / 10))
            return true
        } catch {
            return false
        }
    }
}
