import Exposition
import Model
import Store

/// What a scrape brought.
struct IntakeOutcome {
    /// Samples in the body.
    var scraped = 0
    /// Samples left after relabelling and limits.
    var kept = 0
    /// Series that the scrape before did not have.
    var added = 0
    /// Why nothing could be stored; nil when the scrape succeeded.
    var failure: String?
    /// What was left out of a scrape that succeeded, and why.
    var note = ""
}

/// Turns the bodies of one target into rows of the store. It belongs to the scraping thread.
///
/// The usual body differs from the last one in its numbers only: it is compared with the layout of the last one, and its
/// numbers are copied. Any other body is read line by line, and leaves a new layout behind.
final class SampleIntake {
    /// How far in the future a sample's own time may lie.
    private static let futureMilliseconds: Int64 = 600_000

    private let labelling: SeriesLabelling
    private let appender: TargetAppender
    private let key: ColumnCache.Key
    private let instruments: ScrapeInstruments
    private var cache: ColumnCache
    private var layout = ScrapeLayout()
    private var format = ExpositionFormat.text
    private var tokens: [SampleToken] = []
    /// What the arrangement for the layout was: the outcome of each further body of it.
    private var arranged = IntakeOutcome()
    private var reports: [TargetAppender.Column] = []
    /// Series with times of their own that want a stale marker when they go (`track_timestamps_staleness`).
    private var timestampedBefore: Set<TargetAppender.Column> = []
    private let metadata: MetadataMemory
    /// The newest time that each series with times of its own has had.
    private var newestOwn: [TargetAppender.Column: Int64] = [:]

    init(
        labelling: SeriesLabelling, appender: TargetAppender, key: ColumnCache.Key, metadata: MetadataMemory,
        instruments: ScrapeInstruments
    ) {
        self.labelling = labelling
        self.appender = appender
        self.key = key
        self.metadata = metadata
        self.instruments = instruments
        cache = ColumnCache(key: key)
    }

    /// Stores a body. `seconds` is how long the scrape took.
    func take(
        _ body: PaddedBytes, _ format: ExpositionFormat, at timestamp: Int64, now: Int64, seconds: Double,
        to batch: WriteBatch
    ) -> IntakeOutcome {
        if format == self.format, layout.match(body, into: &tokens) {
            var again = arranged
            again.added = 0
            if append(body, at: timestamp, again, seconds, batch) { return again }
        }
        self.format = format
        do {
            let outcome = try read(body, at: timestamp, now: now, batch)
            if append(body, at: timestamp, outcome, seconds, batch) { return outcome }
            return fail("a value is not a number", at: timestamp, seconds: seconds, to: batch)
        } catch {
            return fail(String(describing: error), at: timestamp, seconds: seconds, to: batch)
        }
    }

    /// Stores an answer without a body: it succeeded, and every series has ended.
    func takeNothing(at timestamp: Int64, now: Int64, seconds: Double, to batch: WriteBatch) -> IntakeOutcome {
        take(noBody, .text, at: timestamp, now: now, seconds: seconds, to: batch)
    }

    /// Stores that a scrape failed: `up` 0, and the end of every series.
    func fail(_ reason: String, at timestamp: Int64, seconds: Double, to batch: WriteBatch) -> IntakeOutcome {
        forget()
        var outcome = IntakeOutcome()
        outcome.failure = reason
        do {
            try findReports(batch)
        } catch {
            outcome.failure = "\(reason); \(error)"
            return outcome
        }
        appender.arrange([], reports: reports)
        endTimestamped([], at: timestamp, batch)
        _ = append(noBody, at: timestamp, outcome, seconds, batch)
        return outcome
    }

    /// Ends every series, those of the reports too: the target is gone.
    func end(at timestamp: Int64, to batch: WriteBatch) {
        forget()
        appender.arrange([], reports: [])
        endTimestamped([], at: timestamp, batch)
        _ = appender.append(
            at: timestamp, UnsafeBufferPointer(start: nil, count: 0), in: UnsafeRawBufferPointer(start: nil, count: 0),
            reports: [], to: batch)
    }

    private func forget() {
        layout.begin()
        tokens.removeAll(keepingCapacity: true)
        arranged = IntakeOutcome()
    }

    // MARK: Writing

    private func append(
        _ body: PaddedBytes, at timestamp: Int64, _ outcome: IntakeOutcome, _ seconds: Double, _ batch: WriteBatch
    ) -> Bool {
        // Microseconds are exact enough, and cost a third of what all digits of a double would.
        let duration = (seconds * 1e6).rounded() / 1e6
        let values = [
            outcome.failure == nil ? 1 : 0, duration, Double(outcome.scraped), Double(outcome.kept),
            Double(outcome.added),
        ]
        return tokens.withUnsafeBufferPointer { tokens in
            appender.append(at: timestamp, tokens, in: body[0..<body.count], reports: values, to: batch)
        }
    }

    private static let reportNames = [
        "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    ]

    private func findReports(_ batch: WriteBatch) throws {
        if !reports.isEmpty { return }
        reports = try Self.reportNames.map { name in
            try appender.column(for: labelling.target.setting(Labels.metricName, name), in: batch)
        }
    }

    // MARK: Reading line by line

    private func read(_ body: PaddedBytes, at timestamp: Int64, now: Int64, _ batch: WriteBatch) throws -> IntakeOutcome
    {
        forget()
        var reading = ColdReading(cache: ColumnCache(key: key, room: max(64, cache.roomForNext)))
        var reader = ExpositionReader(body, format: format)
        while let event = try reader.next() {
            if event.kind == .sample {
                layout.record(event, of: body)
                try take(event, of: body, now: now, &reading, batch)
            } else {
                note(event, of: body, &reading)
            }
        }
        try findReports(batch)
        let arrangement = appender.arrange(reading.columns, reports: reports)
        if arrangement.duplicates > 0 { reading.leaveOut(arrangement.duplicates, "duplicate sample", nil) }
        if labelling.config.limits.action == .failScrape, let reason = reading.limitExceeded { throw UserError(reason) }
        // Times of their own differ from scrape to scrape in ways that rows do not have room for.
        if reading.timestamped.isEmpty { layout.complete(body) }
        endTimestamped(Set(reading.timestamped), at: timestamp, batch)
        if !newestOwn.isEmpty {
            let present = Set(reading.timestamped)
            newestOwn = newestOwn.filter { present.contains($0.key) }
        }
        cache = reading.cache
        tokens = reading.tokens
        batch.add(metadata.news(among: reading.families.values))
        for (reason, count) in reading.leftOut { instruments.dropped.with(reason).increment(by: count) }
        var outcome = IntakeOutcome()
        outcome.scraped = reading.tokens.count
        outcome.kept = reading.kept
        outcome.note = reading.note
        outcome.added = arrangement.added
        arranged = outcome
        return outcome
    }

    private func take(
        _ event: ExpositionEvent, of body: PaddedBytes, now: Int64, _ reading: inout ColdReading, _ batch: WriteBatch
    ) throws {
        guard let length = UInt16(exactly: event.value.count) else {
            throw UserError("cannot read a value of \(event.value.count) bytes", at: Place(line: event.line, column: 1))
        }
        reading.tokens.append(SampleToken(start: UInt32(truncatingIfNeeded: event.value.lowerBound), length: length))
        let text = body[event.text]
        guard let column = try column(of: text, &reading, batch) else {
            reading.columns.append(nil)
            return
        }
        let limit = labelling.config.limits.samples
        if limit > 0, reading.kept >= limit {
            reading.columns.append(nil)
            reading.exceed("sample_limit \(limit) exceeded", text)
            return
        }
        reading.kept += 1
        guard let own = event.timestamp, labelling.config.honorTimestamps else {
            reading.columns.append(column)
            return
        }
        reading.columns.append(nil)
        reading.timestamped.append(column)
        if own > now + Self.futureMilliseconds || own < 0 {
            reading.leaveOut(1, own < 0 ? "timestamp out of range" : "timestamp in the future", text)
            return
        }
        // The same time again is the same sample again, until the target has a new one.
        if let newest = newestOwn[column], own <= newest {
            if own == newest { return }
            // A late sample is as good as any other: it is stored in its place.
            instruments.outOfOrder.increment()
        } else {
            newestOwn[column] = own
        }
        if let value = readNumber(body[event.value])?.double { appender.append(column, at: own, value, to: batch) }
    }

    private func column(
        of text: UnsafeRawBufferPointer, _ reading: inout ColdReading, _ batch: WriteBatch
    ) throws -> TargetAppender.Column? {
        if let known = reading.cache.find(text) { return known }
        if let known = cache.find(text) {
            reading.cache.set(text, known)
            return known
        }
        var column: TargetAppender.Column?
        switch try labelling.label(text) {
        case .kept(let labels): column = try appender.column(for: labels, in: batch)
        case .dropped: break
        case .overLimit(let reason):
            // Not remembered: it is to be counted and named in every scrape.
            reading.exceed(reason, text)
            return nil
        }
        reading.cache.set(text, column)
        return column
    }

    private func endTimestamped(_ present: Set<TargetAppender.Column>, at timestamp: Int64, _ batch: WriteBatch) {
        guard labelling.config.trackTimestampsStaleness else { return }
        for column in timestampedBefore.subtracting(present) {
            appender.append(column, at: timestamp, staleMarker, to: batch)
        }
        timestampedBefore = present
    }

    // MARK: Metadata

    private func note(_ event: ExpositionEvent, of body: PaddedBytes, _ reading: inout ColdReading) {
        let family = String(decoding: body[event.text], as: UTF8.self)
        let text = String(decoding: body[event.value], as: UTF8.self)
        var known =
            reading.families[family] ?? FamilyMetadata(family: family, type: "unknown", help: "", unit: "")
        switch event.kind {
        case .type: known.type = text
        case .help: known.help = text
        case .unit: known.unit = text
        case .sample: return
        }
        reading.families[family] = known
    }
}

private var noBody: PaddedBytes { PaddedBytes(start: UnsafeRawPointer(emptyBytes.utf8Start), count: 0) }

/// Sixty-four bytes that may be read behind an empty body.
private let emptyBytes: StaticString =
    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
