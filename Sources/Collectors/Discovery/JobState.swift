import Configuration
import Model

/// What a source of targets says.
enum SourceReport: Sendable {
    /// The source of this slot has these groups, or none new (nil), and these problems.
    case source(Int, [TargetGroup]?, [String])
    /// Sources that have not answered yet are not waited for any longer.
    case patienceIsOver
}

extension ScrapeConfig {
    /// Where the job's targets come from, beside the configuration itself.
    var sources: [JobState.Source] {
        fileDiscovery.map(JobState.Source.files) + httpDiscovery.map(JobState.Source.server)
            + kubernetesDiscovery.map(JobState.Source.pods)
    }
}

/// What is known of a job's sources, and when its targets are told: a plain state machine without time or I/O.
struct JobState {
    /// Where targets come from, beside the configuration itself.
    enum Source: Hashable, Sendable {
        case files(FileDiscoveryConfig)
        case server(HTTPDiscoveryConfig)
        case pods(KubernetesDiscoveryConfig)

        /// What is said of one that does not answer: it may hang for ever, and nobody would know.
        fileprivate var silence: String {
            let name =
                switch self {
                case .files(let config): config.files.joined(separator: ", ")
                case .server(let config): withoutPassword(config.url)
                case .pods(let config): config.kubeconfig ?? config.server ?? "the cluster"
                }
            return "cannot discover targets from \(name), keeping the last ones: it has not answered yet"
        }
    }

    private struct Slot {
        var groups: [TargetGroup]?
        var problems: [String] = []
        var answered = false
    }

    /// The sources by their slots.
    let sources: [Source]
    private let job: ScrapeJob
    private var slots: [Slot]
    private var published = false

    init(_ job: ScrapeJob, remembered memory: DiscoveryMemory) {
        self.job = job
        sources = job.config.sources
        slots = sources.map { Slot(groups: memory.groups(of: job.config.jobName, $0)) }
    }

    /// The set to begin with, when nothing has to be waited for.
    mutating func firstSet() -> TargetSet? {
        ready ? set() : nil
    }

    /// The problems that a report brings and that were not there before.
    func newProblems(_ report: SourceReport) -> [String] {
        guard case .source(let index, _, let problems) = report else { return silent.map { sources[$0].silence } }
        guard slots.indices.contains(index) else { return [] }
        return problems.filter { !slots[index].problems.contains($0) }
    }

    /// Takes a report in; the set to tell when there is something new.
    mutating func take(_ report: SourceReport, remembering memory: DiscoveryMemory) -> TargetSet? {
        guard case .source(let index, let groups, let problems) = report else {
            let silent = silent
            for index in silent { slots[index].problems = [sources[index].silence] }
            return published && silent.isEmpty ? nil : set()
        }
        guard slots.indices.contains(index) else { return nil }
        let before = slots[index]
        slots[index].answered = true
        slots[index].problems = problems
        if let groups {
            slots[index].groups = groups
            memory.remember(groups, of: job.config.jobName, sources[index])
        }
        if !published { return ready ? set() : nil }
        return groups ?? before.groups != before.groups || problems != before.problems ? set() : nil
    }

    /// A job is told of first when each of its sources has answered or is known from before, so that a reload does not
    /// drop targets only to find them again.
    private var ready: Bool {
        slots.allSatisfy { $0.answered || $0.groups != nil }
    }

    private var silent: [Int] { slots.indices.filter { !slots[$0].answered } }

    private mutating func set() -> TargetSet {
        published = true
        return resolveTargets(
            job.config.staticGroups + slots.flatMap { $0.groups ?? [] }, of: job, problems: slots.flatMap(\.problems))
    }
}
