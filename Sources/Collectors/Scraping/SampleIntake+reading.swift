import Exposition
import Model
import Store

// A body that is not like the last one: line by line.

extension SampleIntake {
    /// How far in the future a sample's own time may lie.
    private static let futureMilliseconds: Int64 = 600_000

    /// Reads a body to its end, and only then asks the store for its series: a body that ends in garbage must not leave
    /// series behind that never had a sample.
    func read(
        _ body: PaddedBytes, at timestamp: Int64, now: Int64, _ reading: inout ColdReading, _ batch: WriteBatch
    ) throws {
        forgetLayout()
        let cut = try readLines(of: body, &reading)
        reading.columns.reserveCapacity(reading.lines.count)
        for index in reading.lines.indices { try place(index, of: body, now: now, &reading, batch) }
        if labelling.config.limits.action == .failScrape, let reason = reading.limitExceeded { throw UserError(reason) }
        let duplicates = try arrange(reading.columns, now: now, batch)
        if duplicates > 0 { reading.leaveOut(.duplicate, count: duplicates) }
        for sample in reading.own { store(sample, of: body, reading, batch) }
        // Times of their own differ from scrape to scrape in ways that rows do not have room for.
        if reading.ownTimes.isEmpty, cut == nil { layout.complete(body) }
        layout.share(through: layouts)
        endOwn(reading.ownTimes, at: timestamp, batch)
        ownTimes = reading.ownTimes
        reading.cache.trim()
        cache = reading.cache
        resolvesForeign = false
        batch.add(metadata.news(among: reading.families.values))
        reading.outcome.note = cut ?? reading.note
        arranged = reading.outcome
    }

    /// Takes everything down that a body says. Returns what is to be said of a body that says too much.
    private func readLines(of body: PaddedBytes, _ reading: inout ColdReading) throws -> String? {
        var reader = ExpositionReader(body, format: format)
        while let event = try reader.next() {
            if event.kind != .sample {
                describe(event, of: body, &reading)
            } else if reading.lines.count < mostSamples {
                try note(event, of: body, &reading)
            } else {
                let text = body[event.text]
                let sentence = "more than \(mostSamples) samples in an answer"
                reading.exceed(.sampleLimit, sentence, text)
                return "\(sentence): from \(shortened(text)) on they were left out"
            }
        }
        return nil
    }

    /// Takes the place of a sample down.
    private func note(_ event: ExpositionEvent, of body: PaddedBytes, _ reading: inout ColdReading) throws {
        guard let length = UInt16(exactly: event.value.count) else {
            throw UserError("cannot read a value of \(event.value.count) bytes", at: Place(line: event.line, column: 1))
        }
        layout.record(event, of: body)
        scratch.tokens.append(SampleToken(start: UInt32(truncatingIfNeeded: event.value.lowerBound), length: length))
        let own = labelling.config.honorTimestamps ? event.timestamp : nil
        if event.timestamp != nil { hasTimestamps = true }
        reading.lines.append(
            ColdReading.Line(
                textStart: UInt32(truncatingIfNeeded: event.text.lowerBound),
                textLength: UInt32(truncatingIfNeeded: event.text.count), own: own))
        reading.outcome.scraped += 1
    }

    /// Finds out where a sample goes.
    private func place(
        _ index: Int, of body: PaddedBytes, now: Int64, _ reading: inout ColdReading, _ batch: WriteBatch
    ) throws {
        let line = reading.lines[index]
        guard let column = try column(of: body[line.text], &reading, batch) else {
            reading.columns.append(nil)
            return
        }
        reading.outcome.kept += 1
        guard let own = line.own else {
            reading.columns.append(column)
            return
        }
        reading.columns.append(nil)
        judge(column.packed, at: own, index, of: body, now: now, &reading)
    }

    private func store(
        _ sample: ColdReading.OwnSample, of body: PaddedBytes, _ reading: ColdReading, _ batch: WriteBatch
    ) {
        guard let column = reading.cache.column(packed: sample.column),
            let value = readNumber(scratch.tokens[sample.token].value(in: body))?.double
        else { return }
        appender.append(column, at: sample.time, value, to: batch)
    }

    /// Judges a sample with a time of its own.
    private func judge(
        _ packed: Int64, at own: Int64, _ index: Int, of body: PaddedBytes, now: Int64, _ reading: inout ColdReading
    ) {
        let text = body[reading.lines[index].text]
        let before = reading.ownTimes[packed]
        let newest = before ?? ownTimes[packed]
        reading.ownTimes[packed] = newest ?? .min
        if own < 0 { return reading.leaveOut(.outOfRange, nil, text) }
        if own > now + Self.futureMilliseconds { return reading.leaveOut(.future, nil, text) }
        if let newest, own <= newest {
            // The same time again is the same sample again, until the target has a new one.
            if own == newest {
                if before != nil { reading.leaveOut(.duplicate, nil, text) }
                return
            }
            // A late sample is as good as any other: it is stored in its place.
            instruments.outOfOrder.increment()
        } else {
            reading.ownTimes[packed] = own
        }
        reading.own.append(ColdReading.OwnSample(column: packed, time: own, token: index))
    }

    /// Where a series text leads; nil where it is dropped or over a limit.
    private func column(
        of text: UnsafeRawBufferPointer, _ reading: inout ColdReading, _ batch: WriteBatch
    ) throws -> TargetAppender.Column? {
        if let known = reading.cache.find(text) {
            guard let known else { return nil }
            return isOverLimit(text, &reading) ? nil : known
        }
        let before = cache.find(text)
        if let known = before, !resolvesForeign || known?.isForeign != true {
            reading.cache.set(text, known)
            guard let known else { return nil }
            return isOverLimit(text, &reading) ? nil : known
        }
        switch try labelling.label(text) {
        case .kept(let labels):
            // Before it is given a number: the limit is there to keep the store from series without end.
            if isOverLimit(text, &reading) { return nil }
            let column = try appender.column(for: labels, in: batch)
            reading.cache.set(text, column)
            if before == nil { reading.outcome.added += 1 }
            return column
        case .dropped:
            reading.cache.set(text, nil)
            return nil
        case .overLimit(let limit, let sentence):
            // Not remembered: it is to be counted and named in every scrape.
            reading.outcome.relabelled += 1
            reading.exceed(limit, sentence, text)
            return nil
        }
    }

    /// Counts a sample that relabelling has left over; whether it is one too many.
    private func isOverLimit(_ text: UnsafeRawBufferPointer, _ reading: inout ColdReading) -> Bool {
        reading.outcome.relabelled += 1
        let limit = labelling.config.limits.samples
        if limit == 0 || reading.outcome.kept < limit { return false }
        reading.exceed(.sampleLimit, "sample_limit \(limit) exceeded", text)
        return true
    }

    // MARK: Metadata

    private func describe(_ event: ExpositionEvent, of body: PaddedBytes, _ reading: inout ColdReading) {
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
