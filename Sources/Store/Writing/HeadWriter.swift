import CSQLite
import Model

/// Turns batches into rows, inside the writer's transaction. One per writing connection.
///
/// Of two samples of one series and time the first counts. A target's second scrape of a time it has in the head already is
/// left out whole.
final class HeadWriter {
    private let connection: Connection
    private let stored: StoredTimes
    private let closed: ClosedTimes

    init(_ connection: Connection, closed: ClosedTimes) throws {
        self.connection = connection
        self.closed = closed
        stored = StoredTimes(connection, closed: closed)
        try closed.reloadLoose(from: connection)
    }

    /// What was written.
    struct Counts {
        var samples = 0
        /// Samples of a time that the series had already.
        var duplicates = 0
        /// Samples that went by themselves.
        var loose = 0
        /// The scrapes that became rows.
        var scrapes: [WriteBatch.Scrape] = []
        /// What SQLite would not have as a row, and why.
        var refused: [(change: JudgingChange, error: DatabaseError)] = []
        /// The parts that were added to scrapes which are rows already.
        var lateParts: [WriteBatch.Scrape] = []
    }

    /// Writes all of it; the order of the batches is kept.
    func write(_ batches: [WriteBatch]) throws -> Counts {
        stored.forget()
        var counts = Counts()
        for batch in batches {
            for definition in batch.definitions { try write(definition) }
            try writeScrapes(batch, &counts)
            try writeLoose(batch.loose, &counts)
            try writeChanges(of: batch, &counts)
            counts.samples += batch.sampleCount
        }
        counts.samples -= counts.duplicates
        // Only the newest outcome of a target is of interest.
        var newest: [Int64: ScrapeOutcome] = [:]
        for batch in batches { newest.merge(batch.outcomes) { $1 } }
        for (target, outcome) in newest { try write(outcome, target) }
        for batch in batches {
            for family in batch.metadata { try write(family) }
        }
        return counts
    }

    /// One change that cannot be written must not hold up all others for ever.
    private func writeChanges(of batch: WriteBatch, _ counts: inout Counts) throws {
        let writer = JudgingWriter(connection: connection)
        for change in batch.changes {
            do {
                try writer.write(change)
            } catch let error as DatabaseError where error.isAboutTheRow {
                counts.refused.append((change, error))
            }
        }
    }

    private func writeScrapes(_ batch: WriteBatch, _ counts: inout Counts) throws {
        if batch.scrapes.isEmpty { return }
        let scrape = try connection.statement("INSERT OR IGNORE INTO scrapes (target_id, ts) VALUES (?, ?)")
        var order: [Int] = []
        order.reserveCapacity(batch.rows.count)
        for entry in batch.scrapes {
            if entry.isPart {
                try writePart(entry, of: batch, &counts)
                continue
            }
            try scrape.bind(entry.target, 1)
            try scrape.bind(entry.timestamp, 2)
            _ = try scrape.step()
            scrape.reset()
            if sqlite3_changes(connection.handle) == 0 {
                counts.duplicates += entry.samples
            } else {
                order.append(contentsOf: entry.rows)
                counts.scrapes.append(entry)
            }
        }
        // In the order of their numbers, so that the table grows at its end.
        order.sort { batch.rows[$0].id < batch.rows[$1].id }
        let insert = try connection.statement("INSERT OR IGNORE INTO head (row_id, vals) VALUES (?, ?)")
        try batch.bytes.withUnsafeBytes { bytes in
            for index in order {
                let row = batch.rows[index]
                let text = UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.start + row.length])
                if closed.hasLoose(row.id) { try removeLoose(row.id, text, &counts) }
                if try stored.mayBeClosed(row.id & (1 << 22 - 1), row.id >> 22) {
                    try writeLoose(looseSamples(row.id, text), &counts)
                    continue
                }
                try insert.bind(row.id, 1)
                try insert.bind(lentText: text, 2)
                _ = try insert.step()
                insert.reset()
            }
        }
    }

    /// Writes some rows of a time, of which others may be there already, and parts of these rows too. Of two samples of one
    /// series the first counts.
    private func writePart(_ part: WriteBatch.Scrape, of batch: WriteBatch, _ counts: inout Counts) throws {
        let insert = try connection.statement("INSERT OR IGNORE INTO head (row_id, vals) VALUES (?, ?)")
        var isListed = false
        try batch.bytes.withUnsafeBytes { bytes in
            for row in batch.rows[part.rows] {
                let text = UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.start + row.length])
                let mayBeThere = try closed.hasLoose(row.id) || stored.mayBeClosed(row.id & (1 << 22 - 1), row.id >> 22)
                if mayBeThere {
                    try writeLoose(looseSamples(row.id, text), &counts)
                    continue
                }
                if !isListed {
                    isListed = true
                    try list(part, &counts)
                }
                try insert.bind(row.id, 1)
                try insert.bind(lentText: text, 2)
                _ = try insert.step()
                insert.reset()
                if sqlite3_changes(connection.handle) == 0 { try complete(row.id, with: text, &counts) }
            }
        }
    }

    /// Says in the file that a target has rows of a time.
    private func list(_ part: WriteBatch.Scrape, _ counts: inout Counts) throws {
        try connection.run(
            "INSERT OR IGNORE INTO scrapes (target_id, ts) VALUES (?, ?)", .integer(part.target),
            .integer(part.timestamp))
        if sqlite3_changes(connection.handle) == 0 {
            counts.lateParts.append(part)
        } else {
            counts.scrapes.append(part)
        }
    }

    /// Puts what a row of the head does not have yet into it.
    private func complete(_ row: Int64, with text: UnsafeRawBufferPointer, _ counts: inout Counts) throws {
        var elements = Array(repeating: Element.missing, count: slotsPerBlock)
        var used = 0
        func fill(_ text: UnsafeRawBufferPointer) -> Int {
            guard var reader = ElementReader(array: text) else { return 0 }
            var taken = 0
            for slot in elements.indices {
                guard let element = reader.next() else { break }
                if element.tag == Element.absent { continue }
                if elements[slot].tag == Element.absent {
                    elements[slot] = element
                    used = max(used, slot + 1)
                } else {
                    taken += 1
                }
            }
            return taken
        }
        try connection.rows("SELECT vals FROM head WHERE row_id = ?", .integer(row)) { _ = fill($0.bytes(0)) }
        counts.duplicates += fill(text)
        let update = try connection.statement("UPDATE head SET vals = ? WHERE row_id = ?")
        try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 + slotsPerBlock * (longestElement + 1)) { room in
            guard let out = room.baseAddress else { return }
            let length = writeArray(elements[..<used], at: out)
            try update.bind(lentText: UnsafeRawBufferPointer(start: out, count: length), 1)
            try update.bind(row, 2)
            _ = try update.step()
            update.reset()
        }
    }

    /// The samples of a row one by one.
    private func looseSamples(_ row: Int64, _ text: UnsafeRawBufferPointer) -> [WriteBatch.LooseSample] {
        var samples: [WriteBatch.LooseSample] = []
        guard var reader = ElementReader(array: text) else { return [] }
        for slot in 0..<slotsPerBlock {
            guard let element = reader.next() else { break }
            if element.tag == Element.absent { continue }
            let series = series(block: row & (1 << 22 - 1), slot: slot)
            samples.append(.init(series: series, timestamp: row >> 22, element: element))
        }
        return samples
    }

    /// A row takes the place of samples by themselves of the same series and time.
    private func removeLoose(_ row: Int64, _ text: UnsafeRawBufferPointer, _ counts: inout Counts) throws {
        for sample in looseSamples(row, text) {
            try connection.run(
                "DELETE FROM loose WHERE series_id = ? AND ts = ?", .integer(sample.series), .integer(sample.timestamp))
            counts.duplicates += Int(sqlite3_changes(connection.handle))
        }
    }

    private func writeLoose(_ samples: [WriteBatch.LooseSample], _ counts: inout Counts) throws {
        if samples.isEmpty { return }
        let insert = try connection.statement("INSERT OR IGNORE INTO loose (series_id, ts, val) VALUES (?, ?, ?)")
        // Neighbours are of one block and time nearly always.
        var row: Int64 = -1
        var mayBeClosed = false
        for sample in samples {
            let ownRow = headRow(sample.timestamp, blockNumber(of: sample.series))
            if ownRow != row {
                row = ownRow
                mayBeClosed = try stored.mayBeClosed(blockNumber(of: sample.series), sample.timestamp)
            }
            let isThere =
                try mayBeClosed && stored.isClosed(sample.series, sample.timestamp)
                || stored.isInHead(sample.series, sample.timestamp)
            if isThere {
                counts.duplicates += 1
                continue
            }
            closed.addLoose(row)
            try insert.bind(sample.series, 1)
            try insert.bind(sample.timestamp, 2)
            try insert.bind(sample.element, 3)
            _ = try insert.step()
            insert.reset()
            if sqlite3_changes(connection.handle) == 0 { counts.duplicates += 1 } else { counts.loose += 1 }
        }
    }
}

// What rows refer to.
extension HeadWriter {
    private func write(_ definition: Definition) throws(DatabaseError) {
        switch definition {
        case .target(let id, let target): try write(target, id, state: "active")
        case .sender(let id, let sender, let time):
            try write(sender, id, state: "gone")
            try write(.targetGone(id: id, at: time))
        case .targetGone(let id, let time):
            try connection.run(
                "UPDATE targets SET state = 'gone', gone_at = ? WHERE target_id = ?", .integer(time), .integer(id))
        case .allTargetsGone(let time):
            try connection.run("UPDATE targets SET state = 'gone', gone_at = ? WHERE state = 'active'", .integer(time))
            try connection.run("DELETE FROM targets WHERE state = 'dropped'")
        case .metric(let id, let name):
            try connection.run("INSERT OR IGNORE INTO metrics VALUES (?, ?)", .integer(id), .text(name))
        case .series(let id, let metric, let hash, let labels):
            try connection.run(
                "INSERT OR REPLACE INTO label_sets VALUES (?, ?, ?, ?)", .integer(id), .integer(metric), .integer(hash),
                .text(labels))
        case .block(let id, let target, let window):
            try connection.run(
                """
                INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT DO UPDATE
                SET target_id = excluded.target_id, last_window = max(last_window, excluded.last_window)
                """, .integer(id), .integer(target), .integer(window))
        case .blockMoved(let id, let target):
            try connection.run("UPDATE blocks SET target_id = ? WHERE block_id = ?", .integer(target), .integer(id))
        }
    }

    private func write(_ target: TargetDescription, _ id: Int64, state: String) throws(DatabaseError) {
        // Of one that retention could not take out after all, and that has another number since.
        try connection.run(
            "DELETE FROM targets WHERE identity = ? AND target_id <> ?", .blob(target.identity), .integer(id))
        try connection.run(
            """
            INSERT INTO targets
                (target_id, identity, job, instance, url, labels, discovered, interval_ms, timeout_ms, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (target_id) DO UPDATE SET
                discovered = excluded.discovered, interval_ms = excluded.interval_ms,
                timeout_ms = excluded.timeout_ms, state = excluded.state, gone_at = NULL
            """, .integer(id), .blob(target.identity), .text(target.job), .text(target.instance), .text(target.url),
            .text(labelsJSON(target.labels)), .text(labelsJSON(target.discovered)),
            .integer(target.intervalMilliseconds), .integer(target.timeoutMilliseconds), .text(state))
    }

    private func write(_ outcome: ScrapeOutcome, _ target: Int64) throws(DatabaseError) {
        try connection.run(
            """
            UPDATE targets SET health = ?, last_scrape = ?, duration_seconds = ?, samples = ?, last_error = ?
            WHERE target_id = ?
            """, .text(outcome.up ? "up" : "down"), .integer(outcome.timestamp), .real(outcome.durationSeconds),
            .integer(Int64(outcome.samples)), .text(outcome.error), .integer(target))
    }

    private func write(_ family: FamilyMetadata) throws(DatabaseError) {
        try connection.run(
            "INSERT OR REPLACE INTO metadata VALUES (?, ?, ?, ?)", .text(family.family), .text(family.type),
            .text(family.help), .text(family.unit))
    }
}

extension Statement {
    /// Binds an element as a column of a row: a whole number, or text.
    func bind(_ element: Element, _ at: Int32) throws(DatabaseError) {
        if element.tag == 0 { return try bind(element.mantissa, at) }
        try bind(element.text, at)
    }
}

extension Element {
    /// The element as a string of its own, without quotes.
    var text: String {
        var room: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        return withUnsafeMutableBytes(of: &room) { buffer in
            let bytes = buffer.bindMemory(to: UInt8.self)
            guard let out = bytes.baseAddress else { return "" }
            let length = write(self, at: out)
            let quoted = length >= 2 && bytes[0] == 0x22
            return String(decoding: quoted ? bytes[1..<length - 1] : bytes[0..<length], as: UTF8.self)
        }
    }
}
