import Model

/// `global`: what holds for every job and rule that does not say otherwise. Durations are milliseconds.
public struct GlobalSection: ConfigurationSection, Hashable {
    /// How often targets are scraped.
    public var scrapeInterval: Int64 = 60_000
    /// How long a scrape may take.
    public var scrapeTimeout: Int64 = 10_000
    /// How often rules are evaluated.
    public var evaluationInterval: Int64 = 60_000
    /// How far rules look into the past, for data that arrives late.
    public var ruleQueryOffset: Int64 = 0
    /// Labels that tell this instance apart, added to what leaves it.
    public var externalLabels = Labels()
    /// Bounds on a scrape.
    public var limits = ScrapeLimits()
    /// The formats asked for, the most wanted first.
    public var scrapeProtocols = ScrapeProtocol.standard
    /// Which names labels and metrics may have.
    public var nameScheme = NameScheme.utf8

    /// The values without any configuration.
    public init() {}

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        if let interval = fields.duration("scrape_interval"), interval > 0 { scrapeInterval = interval }
        if let timeout = fields.duration("scrape_timeout"), timeout > 0 {
            scrapeTimeout = timeout
            if timeout > scrapeInterval {
                context.fail(
                    "scrape_timeout \(formatDuration(timeout)) is longer than scrape_interval"
                        + " \(formatDuration(scrapeInterval))", at: fields.place(of: "scrape_timeout"))
            }
        } else {
            scrapeTimeout = min(scrapeTimeout, scrapeInterval)
        }
        if let interval = fields.duration("evaluation_interval"), interval > 0 { evaluationInterval = interval }
        if let offset = fields.duration("rule_query_offset") { ruleQueryOffset = offset }
        limits = ScrapeLimits(fields, defaults: ScrapeLimits())
        scrapeProtocols = ScrapeProtocol.list(fields) ?? ScrapeProtocol.standard
        nameScheme = fields.choice("metric_name_validation_scheme", "name scheme") ?? .utf8
        externalLabels = readExternalLabels(fields)
        fields.finish(notYet: [
            "always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb", "extra_scrape_metrics",
            "metric_name_escaping_scheme", "query_log_file", "scrape_failure_log_file", "scrape_native_histograms",
        ])
    }
}

/// Which names labels and metrics may have.
public enum NameScheme: String, Sendable, CaseIterable {
    /// Any text.
    case utf8
    /// Letters, digits and underscores (and colons in metrics).
    case legacy
}

private func readExternalLabels(_ fields: Fields) -> Labels {
    guard let node = fields.node("external_labels") else { return Labels() }
    for entry in fields.context.entries(node) {
        guard case .scalar(let scalar) = entry.value.content, hasBareVariable(scalar.text) else { continue }
        fields.context.warn(
            "Prometheus expands `$NAME` in external labels; here only `${NAME}` is expanded", at: entry.value.place)
    }
    return Labels(fields.context.labels(node))
}

/// Whether a `$` stands directly before a letter or underscore.
private func hasBareVariable(_ text: String) -> Bool {
    zip(text.utf8, text.utf8.dropFirst()).contains { dollar, next in
        dollar == UInt8(ascii: "$") && (next == UInt8(ascii: "_") || (next & 0xdf) &- UInt8(ascii: "A") < 26)
    }
}
