import Instruments

/// What scraping counts about itself.
final class ScrapeInstruments: Sendable {
    let succeeded: Counter
    let failed: Counter
    let skipped: Counter
    let dropped: CounterFamily
    let outOfOrder: Counter
    let lateness: Histogram
    let targets: Gauge

    init(_ registry: Registry) {
        let scrapes = registry.counters("vedette_scrapes_total", "Scrapes by their outcome.", by: ["outcome"])
        succeeded = scrapes.with("success")
        failed = scrapes.with("failure")
        skipped = scrapes.with("skipped")
        dropped = registry.counters(
            "vedette_samples_dropped_total", "Samples that targets sent and that were left out, by reason.",
            by: ["reason"])
        outOfOrder = registry.counter(
            "vedette_samples_out_of_order_total",
            "Samples that came with a time before that of an earlier one, and were stored in their place.")
        lateness = registry.histogram(
            "vedette_scrape_lateness_seconds", "How long after its time a scrape was started.")
        targets = registry.gauge("vedette_scrape_targets", "Targets that are scraped.")
    }
}
