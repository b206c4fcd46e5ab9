import Exposition
import HTTPClient
import Model
import Store

/// A target and everything that is kept about it. It belongs to the scraping thread.
final class ScrapedTarget {
    /// Where the body comes from.
    enum Source {
        case http(TargetRequest)
        case local(LocalCollector)
    }

    /// A scrape under way.
    struct Running {
        /// Who answers.
        enum Answer {
            /// To be cancelled when nobody wants the answer any more. It ends in time by itself.
            case transfer(TransferID)
            /// A source within the process is waited for until its time is up, by the steady clock.
            case collector(until: Int64)
        }

        let answer: Answer
        let timestamp: Int64
        let began: UInt64
    }

    let target: ScrapeTarget
    let number: Int64
    let schedule: ScrapeSchedule
    let intake: SampleIntake
    var source: Source
    /// The scrape under way.
    var running: Running?
    /// Whether a source within the process is at work on an answer, be it one that nobody waits for any more. It is asked
    /// nothing else meanwhile.
    var isCollecting = false
    /// Why nothing is asked of it, and every scrape fails.
    var refusal: String?
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

    /// Whether the last scrape succeeded; nil before the first.
    private(set) var isUp: Bool?

    /// Notes whether a scrape succeeded; true when that is a change an operator wants to know.
    func turns(up: Bool) -> Bool {
        defer { isUp = up }
        return up ? isUp == false : isUp != false
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
