import Model

/// Who knows the scrape targets.
public protocol TargetsProvider: Sendable {
    /// The targets as they are now, sorted by pool and URL.
    func targets() async throws -> TargetList
}

/// The scrape targets at a moment.
public struct TargetList: Sendable {
    /// The ones that are scraped.
    public var active: [ActiveTarget]
    /// The ones that relabelling dropped; it may be only the first of them.
    public var dropped: [DroppedTarget]
    /// How many were dropped a pool, those not listed among them.
    public var droppedCounts: [(pool: String, count: Int)]

    /// The scrape targets at a moment.
    public init(
        active: [ActiveTarget] = [], dropped: [DroppedTarget] = [], droppedCounts: [(pool: String, count: Int)] = []
    ) {
        self.active = active
        self.dropped = dropped
        self.droppedCounts = droppedCounts
    }
}

/// How the last scrape of a target went.
public enum TargetHealth: String, Sendable {
    /// Not scraped yet.
    case unknown
    /// It answered.
    case up
    /// It did not.
    case down
}

/// A target that is scraped. Times are milliseconds.
public struct ActiveTarget: Sendable {
    /// The labels it was discovered with.
    public var discoveredLabels: Labels
    /// The labels of its series.
    public var labels: Labels
    /// The scrape configuration it belongs to.
    public var pool: String
    /// The URL that is scraped.
    public var url: String
    /// The same with the machine's name in place of a loopback address.
    public var globalURL: String
    /// Why the last scrape failed; empty when it did not.
    public var lastError = ""
    /// When it was last scraped; nil before the first time.
    public var lastScrape: Int64?
    /// How long that took, in seconds.
    public var lastDuration = 0.0
    /// How it went.
    public var health = TargetHealth.unknown
    /// From one scrape to the next.
    public var interval: Int64
    /// How long one may take.
    public var timeout: Int64

    /// A target that has not been scraped yet.
    public init(
        discoveredLabels: Labels, labels: Labels, pool: String, url: String, globalURL: String, interval: Int64,
        timeout: Int64
    ) {
        self.discoveredLabels = discoveredLabels
        self.labels = labels
        self.pool = pool
        self.url = url
        self.globalURL = globalURL
        self.interval = interval
        self.timeout = timeout
    }
}

/// A target that relabelling dropped.
public struct DroppedTarget: Sendable {
    /// The labels it was discovered with.
    public var discoveredLabels: Labels
    /// The scrape configuration it would have belonged to.
    public var pool: String

    /// A target that relabelling dropped.
    public init(discoveredLabels: Labels, pool: String) {
        self.discoveredLabels = discoveredLabels
        self.pool = pool
    }
}
