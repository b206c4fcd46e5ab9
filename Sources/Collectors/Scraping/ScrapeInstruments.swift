import Instruments

/// What scraping counts about itself.
final class ScrapeInstruments: Sendable {
    let succeeded: Counter
    let failed: Counter
    let skipped: Counter
    /// One for each reason there can be.
    private let dropped: [LeftOut: Counter]
    let outOfOrder: Counter
    let lateness: Histogram
    let targets: Gauge

    init(_ registry: Registry) {
        let scrapes = registry.counters("vedette_scrapes_total", "Scrapes by their outcome.", by: ["outcome"])
        succeeded = scrapes.with("success")
        failed = scrapes.with("failure")
        skipped = scrapes.with("skipped")
        let reasons = registry.counters(
            "vedette_samples_dropped_total", "Samples that targets sent and that were left out, by reason.",
            by: ["reason"])
        dropped = Dictionary(uniqueKeysWithValues: LeftOut.allCases.map { ($0, reasons.with($0.rawValue)) })
        outOfOrder = registry.counter(
            "vedette_samples_out_of_order_total",
            "Samples that came with a time before that of an earlier one, and were stored in their place.")
        lateness = registry.histogram(
            "vedette_scrape_lateness_seconds", "How long after its time a scrape was started.")
        targets = registry.gauge("vedette_scrape_targets", "Targets that are scraped.")
    }

    /// Counts samples that were left out.
    func leftOut(_ counts: [LeftOut: Int]) {
        for (reason, count) in counts { dropped[reason]?.increment(by: count) }
    }
}
