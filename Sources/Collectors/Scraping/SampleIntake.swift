import Exposition
import Model
import Store

/// Where the intakes of a thread find the values of the body in hand. There is one at a time, so that one serves all.
final class TokenScratch {
    var tokens: [SampleToken] = []
}

/// Turns the bodies of one target into rows of the store. It belongs to the scraping thread.
///
/// The usual body differs from the last one in its numbers only: it is compared with the layout of the last one, and its
/// numbers are copied. Any other body is read line by line, and leaves a new layout behind.
final class SampleIntake {
    /// How long series that live with another target are left there before they are asked for again.
    private static let foreignMilliseconds: Int64 = 300_000

    /// The most samples that are read of one answer. What is gathered for each is some fifty bytes, and the line that it stands
    /// on may have four: without an end, an answer of the largest size would need gigabytes, and half a minute.
    var mostSamples = 1_000_000
    let labelling: SeriesLabelling
    let appender: TargetAppender
    let key: ColumnCache.Key
    let instruments: ScrapeInstruments
    let metadata: MetadataBook
    let layouts: LayoutPool
    let scratch: TokenScratch
    /// Where the series texts of the last body that was read led.
    var cache: ColumnCache
    var layout = ScrapeLayout()
    var format = ExpositionFormat.text
    /// What the arrangement for the layout was: the outcome of each further body of it.
    var arranged = IntakeOutcome()
    /// Whether the samples of the layout have timestamps, which are not stored but have to be right.
    var hasTimestamps = false
    /// The newest time of each series that came with a time of its own, by its packed column. The cache holds the pins.
    var ownTimes: [Int64: Int64] = [:]
    private var reports: [TargetAppender.Column] = []
    private var resolvedAt: Int64 = 0
    private var lastTimestamp: Int64 = -1
    /// Whether series that live with another target are to be asked for again.
    var resolvesForeign = false

    init(
        labelling: SeriesLabelling, appender: TargetAppender, key: ColumnCache.Key, metadata: MetadataBook,
        layouts: LayoutPool, instruments: ScrapeInstruments, scratch: TokenScratch
    ) {
        self.labelling = labelling
        self.appender = appender
        self.key = key
        self.metadata = metadata
        self.layouts = layouts
        self.instruments = instruments
        self.scratch = scratch
        cache = ColumnCache(key: key)
    }

    /// Goes on with a target whose job is configured in another way: what its series were is known, so that those end
    /// that the new configuration does not have, and no others.
    convenience init(_ labelling: SeriesLabelling, continuing other: SampleIntake) {
        self.init(
            labelling: labelling, appender: other.appender, key: other.key, metadata: other.metadata,
            layouts: other.layouts, instruments: other.instruments, scratch: other.scratch)
        ownTimes = other.ownTimes
        reports = other.reports
        resolvedAt = other.resolvedAt
        lastTimestamp = other.lastTimestamp
        cache = other.cache
        // What is known of series texts holds for as long as they are labelled alike.
        if !labelling.isSame(as: other.labelling) { cache.forgetTexts() }
    }

    /// Stores a body. `seconds` is how long the scrape took.
    func take(
        _ body: PaddedBytes, _ format: ExpositionFormat, at timestamp: Int64, now: Int64, seconds: Double,
        to batch: WriteBatch
    ) -> IntakeOutcome {
        if appender.hasForeignSeries, abs(now - resolvedAt) > Self.foreignMilliseconds {
            (resolvesForeign, reports) = (true, [])
            layout.begin()
        }
        if format == self.format, layout.match(body, into: &scratch.tokens), timestampsAreRight(in: body),
            append(body, at: timestamp, arranged.again, seconds, batch)
        {
            instruments.leftOut(arranged.leftOut)
            return arranged.again
        }
        self.format = format
        var reading = ColdReading(cache: ColumnCache(key: key, room: max(64, cache.count)))
        do {
            try read(body, at: timestamp, now: now, &reading, batch)
            instruments.leftOut(reading.outcome.leftOut)
            if append(body, at: timestamp, reading.outcome, seconds, batch) { return reading.outcome }
            throw UserError("cannot store the samples: the time \(timestamp) is out of range")
        } catch {
            return fail(String(describing: error), reading.outcome, at: timestamp, seconds: seconds, to: batch)
        }
    }

    /// Stores an answer without a body.
    func takeNothing(
        _ format: ExpositionFormat, at timestamp: Int64, now: Int64, seconds: Double, to batch: WriteBatch
    ) -> IntakeOutcome {
        take(noBody, format, at: timestamp, now: now, seconds: seconds, to: batch)
    }

    /// Stores that a scrape failed: `up` 0, what could be counted, and the end of every series.
    func fail(
        _ reason: String, _ counted: IntakeOutcome = IntakeOutcome(), at timestamp: Int64, seconds: Double,
        to batch: WriteBatch
    ) -> IntakeOutcome {
        forgetLayout()
        var outcome = counted
        outcome.failure = reason
        outcome.note = ""
        outcome.kept = 0
        outcome.added = 0
        do {
            try findReports(batch)
        } catch {
            outcome.failure = "\(reason); \(error)"
            return outcome
        }
        appender.arrange([], reports: reports)
        endOwn([:], at: timestamp, batch)
        _ = append(noBody, at: timestamp, outcome, seconds, batch)
        return outcome
    }

    /// Ends every series, those of the reports too: the target is gone.
    func end(at timestamp: Int64, to batch: WriteBatch) {
        forgetLayout()
        appender.arrange([], reports: [])
        // Behind the last scrape, even if the clock has not moved since, or back.
        let timestamp = max(timestamp, lastTimestamp + 1)
        endOwn([:], at: timestamp, batch)
        _ = appender.append(
            at: timestamp, UnsafeBufferPointer(start: nil, count: 0), in: UnsafeRawBufferPointer(start: nil, count: 0),
            reports: [], to: batch)
    }

    /// What it holds of the target's bodies, in bytes.
    var byteCount: Int { layout.byteCount + cache.byteCount }

    func forgetLayout() {
        layout.begin()
        scratch.tokens.removeAll(keepingCapacity: true)
        arranged = IntakeOutcome()
        hasTimestamps = false
    }

    // MARK: Writing

    private func timestampsAreRight(in body: PaddedBytes) -> Bool {
        if !hasTimestamps { return true }
        return scratch.tokens.allSatisfy {
            $0.timestampLength == 0 || format.readTimestamp($0.timestamp(in: body)) != nil
        }
    }

    private func append(
        _ body: PaddedBytes, at timestamp: Int64, _ outcome: IntakeOutcome, _ seconds: Double, _ batch: WriteBatch
    ) -> Bool {
        // Microseconds are exact enough, and cost a third of what all digits of a double would.
        let duration = (seconds * 1e6).rounded() / 1e6
        let values = [
            outcome.failure == nil ? 1 : 0, duration, Double(outcome.scraped), Double(outcome.relabelled),
            Double(outcome.added),
        ]
        lastTimestamp = timestamp
        return scratch.tokens.withUnsafeBufferPointer { tokens in
            appender.append(at: timestamp, tokens, in: body[0..<body.count], reports: values, to: batch)
        }
    }

    private static let reportNames = [
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    ]

    /// Finds the series of what is reported of each scrape, and says to which series the values belong from now on.
    func arrange(_ columns: [TargetAppender.Column?], now: Int64, _ batch: WriteBatch) throws -> Int {
        if reports.isEmpty { resolvedAt = now }
        try findReports(batch)
        return appender.arrange(columns, reports: reports).duplicates
    }

    private func findReports(_ batch: WriteBatch) throws {
        if !reports.isEmpty { return }
        reports = try Self.reportNames.map { name in
            try appender.column(for: labelling.target.setting(Labels.metricName, name), in: batch)
        }
    }

    /// Ends the series that had times of their own and are not among the present ones, where the job wants that.
    func endOwn(_ present: [Int64: Int64], at timestamp: Int64, _ batch: WriteBatch) {
        guard labelling.config.trackTimestampsStaleness else { return }
        for packed in ownTimes.keys where present[packed] == nil {
            if let column = cache.column(packed: packed) {
                appender.append(column, at: timestamp, staleMarker, to: batch)
            }
        }
        ownTimes = present
    }
}

extension SeriesLabelling {
    /// Whether both make the same of every series text.
    func isSame(as other: SeriesLabelling) -> Bool {
        target == other.target && config.honorLabels == other.config.honorLabels
            && config.metricRelabelRules == other.config.metricRelabelRules && config.limits == other.config.limits
    }
}

private var noBody: PaddedBytes { PaddedBytes(start: UnsafeRawPointer(emptyBytes.utf8Start), count: 0) }

/// Sixty-four bytes that may be read behind an empty body.
private let emptyBytes: StaticString =
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
