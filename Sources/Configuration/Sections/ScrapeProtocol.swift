import Model

/// A format that a target may be asked for, by the name that Prometheus has for it.
public enum ScrapeProtocol: String, Sendable, CaseIterable {
    /// The binary format of protocol buffers.
    case prometheusProto = "PrometheusProto"
    /// OpenMetrics before its release.
    case openMetricsText0 = "OpenMetricsText0.0.1"
    /// OpenMetrics.
    case openMetricsText1 = "OpenMetricsText1.0.0"
    /// The classic text format.
    case prometheusText0 = "PrometheusText0.0.4"
    /// The text format with UTF-8 names.
    case prometheusText1 = "PrometheusText1.0.0"

    /// What is asked for unless the configuration says otherwise.
    public static let standard: [ScrapeProtocol] = [
        .openMetricsText1, .openMetricsText0, .prometheusText1, .prometheusText0,
    ]

    /// Reads `scrape_protocols` among other fields: nil when it is not there.
    public static func list(_ fields: Fields) -> [ScrapeProtocol]? {
        guard let node = fields.node("scrape_protocols") else { return nil }
        var protocols: [ScrapeProtocol] = []
        for item in fields.context.list(node) {
            guard let name: ScrapeProtocol = fields.context.choice(item, "scrape protocol") else { continue }
            if protocols.contains(name) {
                fields.context.fail("the scrape protocol `\(name.rawValue)` stands twice", at: item.place)
            } else if name == .prometheusProto {
                fields.context.warn("`PrometheusProto` is not supported yet and is never asked for", at: item.place)
            } else {
                protocols.append(name)
            }
        }
        return protocols.isEmpty ? nil : protocols
    }
}
