import Configuration
import Exposition
import Model

/// One job of `scrape_configs`. Durations are milliseconds.
public struct ScrapeConfig: Sendable, Hashable {
    /// The name, different from every other job's.
    public var jobName: String
    /// How often its targets are scraped.
    public var interval: Int64 = 60_000
    /// How long a scrape may take; never longer than the interval.
    public var timeout: Int64 = 10_000
    /// The path asked for.
    public var metricsPath = "/metrics"
    /// `http` or `https`.
    public var scheme = "http"
    /// Parameters of the request, sorted by name.
    public var params: [Parameter] = []
    /// Whether a label that the target sends wins over one of the same name that discovery gave it.
    public var honorLabels = false
    /// Whether timestamps that the target sends count.
    public var honorTimestamps = true
    /// Whether a series sent with its own timestamps is marked stale when it goes away.
    public var trackTimestampsStaleness = false
    /// Targets written into the configuration.
    public var staticGroups: [TargetGroup] = []
    /// Targets in files.
    public var fileDiscovery: [FileDiscoveryConfig] = []
    /// Targets asked from servers.
    public var httpDiscovery: [HTTPDiscoveryConfig] = []
    /// Pods of clusters.
    public var kubernetesDiscovery: [KubernetesDiscoveryConfig] = []
    /// What is done to a target's labels before it is scraped.
    public var relabelRules: [RelabelRule] = []
    /// What is done to a series' labels before it is stored.
    public var metricRelabelRules: [RelabelRule] = []
    /// How its targets are spoken to.
    public var http = HTTPClientSection()
    /// Whether compressed answers are asked for.
    public var enableCompression = true
    /// Bounds on a scrape, and what happens over them.
    public var limits = ScrapeLimits()
    /// The formats asked for, the most wanted first.
    public var scrapeProtocols = ScrapeProtocol.standard
    /// The format of an answer whose type is missing; nil takes it for text.
    public var fallbackProtocol: ScrapeProtocol?
    /// Which names its labels and metrics may have.
    public var nameScheme = NameScheme.utf8

    /// A job with Prometheus's defaults.
    public init(jobName: String) { self.jobName = jobName }
}

/// A parameter of a request and its values.
public struct Parameter: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The values, at least one.
    public var values: [String]

    /// A parameter and its values.
    public init(_ name: String, _ values: [String]) {
        self.name = name
        self.values = values
    }
}

/// Targets that share labels, as every kind of discovery gives them.
public struct TargetGroup: Sendable, Hashable {
    /// The addresses, `host:port`.
    public var targets: [String]
    /// Labels of every target of the group.
    public var labels: [Label]

    /// A group of targets.
    public init(targets: [String], labels: [Label] = []) {
        self.targets = targets
        self.labels = labels
    }
}

/// `file_sd_configs`
public struct FileDiscoveryConfig: Sendable, Hashable {
    /// Patterns of paths, ready to be opened.
    public var files: [String]
    /// How often files are read even when nothing seems to have changed.
    public var refreshInterval: Int64 = 300_000

    /// Targets in the files that fit some patterns.
    public init(files: [String]) { self.files = files }
}

/// `http_sd_configs`
public struct HTTPDiscoveryConfig: Sendable, Hashable {
    /// The URL that answers with groups as JSON.
    public var url: String
    /// How often it is asked.
    public var refreshInterval: Int64 = 60_000
    /// How the server is spoken to.
    public var http = HTTPClientSection()

    /// Targets asked from a server.
    public init(url: String) { self.url = url }
}
