import Model

/// What the file remembers of a target, apart from how it goes.
public struct TargetDescription: Sendable, Hashable {
    /// The job (the scrape pool) that it belongs to.
    public var job: String
    /// Its `instance` label.
    public var instance: String
    /// Where it is scraped; empty for the appliance's own collectors and rules.
    public var url: String
    /// The labels that its series get.
    public var labels: Labels
    /// The labels before relabelling.
    public var discovered: Labels
    /// How often it is scraped.
    public var intervalMilliseconds: Int64
    /// How long a scrape may take.
    public var timeoutMilliseconds: Int64

    /// A target.
    public init(
        job: String, instance: String, url: String, labels: Labels, discovered: Labels, intervalMilliseconds: Int64,
        timeoutMilliseconds: Int64
    ) {
        self.job = job
        self.instance = instance
        self.url = url
        self.labels = labels
        self.discovered = discovered
        self.intervalMilliseconds = intervalMilliseconds
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// What makes it the same target after a restart.
    var identity: [UInt8] {
        var text: [UInt8] = []
        for part in [job, url, labelsJSON(labels)] {
            text.append(contentsOf: part.utf8)
            text.append(0)
        }
        // The second hash begins where the first ended: together they are 128 bits, and never meet by chance.
        let first = stableHash(text)
        let second = stableHash(text, seed: first ^ 0x9e37_79b9_7f4a_7c15)
        return [first, second].flatMap { hash in (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) } }
    }
}

/// A target with how it goes, as the file knows it.
public struct TargetStatus: Sendable {
    /// Whether a target is scraped.
    public enum State: String, Sendable {
        /// It is scraped.
        case active
        /// Relabelling dropped it.
        case dropped
        /// It is not there any more.
        case gone
    }

    /// Its number in the file.
    public var id: Int64
    /// What it is.
    public var target: TargetDescription
    /// Whether it is scraped.
    public var state: State
    /// up, down or unknown.
    public var health: String
    /// When it was last scraped.
    public var lastScrape: Int64?
    /// How long that took.
    public var durationSeconds: Double
    /// How many samples that brought.
    public var samples: Int64
    /// Why the last scrape failed, or what was left out of it.
    public var lastError: String
}
