import Instruments

/// What the store counts about itself.
final class StoreInstruments: Sendable {
    let appended: Counter
    let duplicates: Counter
    let lost: Counter
    let unreadable: Counter
    let closedSamples: Counter
    let writeSeconds: Histogram
    let closeSeconds: Histogram

    init(_ registry: Registry) {
        appended = registry.counter("vedette_samples_appended_total", "Samples written to the store.")
        let dropped = registry.counters(
            "vedette_store_samples_dropped_total", "Samples that did not get into the store, by reason.", by: ["reason"]
        )
        duplicates = dropped.with("duplicate")
        lost = dropped.with("disk_trouble")
        unreadable = dropped.with("unreadable")
        closedSamples = registry.counter(
            "vedette_samples_closed_total", "Samples moved from the head of the store into compressed chunks.")
        writeSeconds = registry.histogram(
            "vedette_store_write_seconds", "How long the transactions that write samples took.")
        closeSeconds = registry.histogram(
            "vedette_store_close_seconds", "How long it took to close the parts of targets into chunks.")
    }
}
