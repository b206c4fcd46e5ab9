import Model

/// Bounds on what one scrape may bring; 0 means none.
public struct ScrapeLimits: Sendable, Hashable {
    /// What happens to a scrape over one of its limits.
    public enum Action: String, Sendable, CaseIterable {
        /// What exceeds is dropped and counted, the rest is kept.
        case dropExcess = "drop_excess"
        /// The whole scrape fails, as with Prometheus.
        case failScrape = "fail_scrape"
    }

    /// Bytes of an answer, uncompressed.
    public var bodySize: Int64 = 0
    /// Samples of a scrape after relabelling.
    public var samples: Int64 = 0
    /// Labels of a sample.
    public var labels: Int64 = 0
    /// Bytes of a label's name.
    public var labelNameLength: Int64 = 0
    /// Bytes of a label's value.
    public var labelValueLength: Int64 = 0
    /// Targets of a job.
    public var targets: Int64 = 0
    /// Dropped targets of a job that are remembered.
    public var keepDroppedTargets: Int64 = 0
    /// What happens over a limit.
    public var action = Action.dropExcess

    /// No bounds.
    public init() {}

    /// Reads the limits among other fields; one that is absent or 0 has its default.
    public init(_ fields: Fields, defaults: ScrapeLimits) {
        func limit(_ key: String, _ standard: Int64) -> Int64 {
            let limit = fields.integer(key, in: 0 ... .max) ?? 0
            return limit == 0 ? standard : limit
        }
        let bodySize = fields.size("body_size_limit") ?? 0
        self.bodySize = bodySize == 0 ? defaults.bodySize : bodySize
        samples = limit("sample_limit", defaults.samples)
        labels = limit("label_limit", defaults.labels)
        labelNameLength = limit("label_name_length_limit", defaults.labelNameLength)
        labelValueLength = limit("label_value_length_limit", defaults.labelValueLength)
        targets = limit("target_limit", defaults.targets)
        keepDroppedTargets = limit("keep_dropped_targets", defaults.keepDroppedTargets)
        action = fields.choice("limit_action", "limit action") ?? defaults.action
    }
}
