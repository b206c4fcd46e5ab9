import Exposition
import HTTPClient
import Model
import Store

/// Whatever prints an exposition within the process: the host, the appliance's own figures.
public protocol LocalSource {
    /// Writes what there is to say at present.
    mutating func collect(into writer: inout ExpositionWriter)
}

/// A target and everything that is kept about it. It belongs to the scraping thread.
final class ScrapedTarget {
    /// Where the body comes from.
    enum Source {
        case http(TargetRequest)
        case local(any LocalSource)
    }

    let target: ScrapeTarget
    let number: Int64
    let schedule: ScrapeSchedule
    let intake: SampleIntake
    var source: Source
    /// The scrape under way, and its timestamp.
    var running: (transfer: TransferID, timestamp: Int64, began: UInt64)?
    /// Set when discovery does not know the target any more: what is still under way is not stored.
    var isGone = false
    private var lastNote = ""

    init(_ target: ScrapeTarget, number: Int64, source: Source, intake: SampleIntake) {
        self.target = target
        self.number = number
        self.source = source
        self.intake = intake
        schedule = ScrapeSchedule(interval: target.interval, hash: target.hash)
    }

    /// Why a scrape failed or what was left out of it, when that is news.
    func news(_ outcome: IntakeOutcome) -> String? {
        let note = outcome.failure ?? outcome.note
        defer { lastNote = note }
        return note == lastNote || note.isEmpty ? nil : note
    }
}

extension TargetDescription {
    /// What the file remembers of a target.
    init(_ target: ScrapeTarget, url: String) {
        self.init(
            job: target.job.config.jobName, instance: target.labels["instance"] ?? "", url: url, labels: target.labels,
            discovered: target.discoveredLabels, intervalMilliseconds: target.interval,
            timeoutMilliseconds: target.timeout)
    }
}
