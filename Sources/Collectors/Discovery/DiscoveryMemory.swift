import Synchronization
import Threads

/// The last good answers of sources, kept over reloads of the configuration.
public final class DiscoveryMemory: Sendable {
    private struct Key: Hashable {
        let job: String
        let source: JobState.Source
    }

    private struct State {
        var groups: [Key: [TargetGroup]] = [:]
        var files: [Key: FileSource] = [:]
        var lanes: [Key: BlockingLane] = [:]
    }

    private let state = Mutex(State())

    /// Nothing is known.
    public init() {}

    /// Forgets the sources that the jobs of a configuration do not have.
    public func keepOnly(_ jobs: [ScrapeConfig]) {
        let kept = Set(
            jobs.flatMap { job in
                job.sources.map { Key(job: job.jobName, source: $0) }
            })
        state.withLock { state in
            state.groups = state.groups.filter { kept.contains($0.key) }
            state.files = state.files.filter { kept.contains($0.key) }
            // What hangs is remembered until it comes back: a job that comes and goes must not leave a thread each time.
            state.lanes = state.lanes.filter { kept.contains($0.key) || $0.value.isBusy }
        }
    }

    func groups(of job: String, _ source: JobState.Source) -> [TargetGroup]? {
        state.withLock { $0.groups[Key(job: job, source: source)] }
    }

    func remember(_ groups: [TargetGroup], of job: String, _ source: JobState.Source) {
        state.withLock { $0.groups[Key(job: job, source: source)] = groups }
    }

    /// Where a source does what may block; the same over reloads.
    func lane(of job: String, _ source: JobState.Source) -> BlockingLane {
        state.withLock { state in
            let key = Key(job: job, source: source)
            let lane = state.lanes[key] ?? BlockingLane()
            state.lanes[key] = lane
            return lane
        }
    }

    /// What was read of files, each with its last good groups.
    func fileSource(of job: String, _ config: FileDiscoveryConfig) -> FileSource? {
        state.withLock { $0.files[Key(job: job, source: .files(config))] }
    }

    func remember(_ source: FileSource, of job: String, _ config: FileDiscoveryConfig) {
        state.withLock { $0.files[Key(job: job, source: .files(config))] = source }
    }
}
