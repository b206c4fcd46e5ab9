import Model

/// A job as its targets refer to it: one object for all of them.
public final class ScrapeJob: Sendable {
    /// What the configuration says about the job.
    public let config: ScrapeConfig

    /// A job.
    public init(_ config: ScrapeConfig) { self.config = config }
}

/// Something to be scraped: discovered, relabelled, and with its final labels.
public struct ScrapeTarget: Sendable {
    /// The job that it belongs to.
    public let job: ScrapeJob
    /// What is asked for, parameters included.
    public let url: String
    /// The labels that its series get, `job` and `instance` among them.
    public let labels: Labels
    /// The labels before relabelling.
    public let discoveredLabels: Labels
    /// How often it is scraped, in milliseconds.
    public let interval: Int64
    /// How long a scrape may take, in milliseconds.
    public let timeout: Int64
    /// Labels and URL as a number that stays the same over restarts: an identity, and where in the interval it is scraped.
    public let hash: UInt64
}

/// Something that was discovered and is not scraped.
public struct DroppedTarget: Sendable, Hashable {
    /// Why it is not.
    public enum Reason: Sendable, Hashable {
        /// Relabelling said so.
        case relabelling
        /// The job has more targets than its `target_limit`.
        case targetLimit
        /// No target can be made of it.
        case invalid(String)
    }

    /// The labels before relabelling.
    public let discoveredLabels: Labels
    /// Why it is not scraped.
    public let reason: Reason
}

/// All that is known of a job's targets at a moment.
public struct TargetSet: Sendable {
    /// The job.
    public let job: ScrapeJob
    /// What is scraped, in the order of discovery, each labels-and-URL once.
    public let targets: [ScrapeTarget]
    /// What is not, at most `keep_dropped_targets` of them.
    public let dropped: [DroppedTarget]
    /// How many are not.
    public let droppedCount: Int
    /// Why every scrape of the job fails, when a limit says so (`limit_action: fail_scrape`).
    public let failure: String?
    /// What is wrong with the job's sources at the moment; their last good answers count meanwhile.
    public let problems: [String]
}

/// Whoever wants to know the targets. Sets are complete: what is not in the newest one is gone.
public protocol DiscoverySink: Sendable {
    /// The targets of a job have changed, or are known for the first time.
    func targetsChanged(_ set: TargetSet) async
}

extension ScrapeTarget {
    /// Something within the process: it has no URL.
    public init(local job: ScrapeJob, labels: Labels, interval: Int64, timeout: Int64) {
        self.init(
            job: job, url: "", labels: labels, discoveredLabels: labels, interval: interval, timeout: timeout,
            hash: labels.pairs.reduce(14_695_981_039_346_656_037) { hash, pair in
                "\(pair.name)=\(pair.value);".utf8.reduce(hash) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
            })
    }
}
