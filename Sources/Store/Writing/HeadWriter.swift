import CSQLite
import Model

/// Turns batches into rows, inside the writer's transaction.
struct HeadWriter {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// What was written.
    struct Counts {
        var samples = 0
        /// Samples of a time that the series had already.
        var duplicates = 0
    }

    /// Writes all of it; the order of the batches is kept.
    func write(_ batches: [WriteBatch]) throws(DatabaseError) -> Counts {
        var counts = Counts()
        for batch in batches {
            for definition in batch.definitions { try write(definition) }
            try writeRows(batch)
            try writeLoose(batch, &counts)
            counts.samples += batch.sampleCount
        }
        // Only the newest outcome of a target is of interest.
        var newest: [Int64: ScrapeOutcome] = [:]
        for batch in batches { newest.merge(batch.outcomes) { $1 } }
        for (target, outcome) in newest { try write(outcome, target) }
        for batch in batches {
            for family in batch.metadata { try write(family) }
        }
        return counts
    }

    private func writeRows(_ batch: WriteBatch) throws(DatabaseError) {
        if batch.rows.isEmpty { return }
        // In the order of their numbers, so that the table grows at its end.
        batch.rows.sort { $0.id < $1.id }
        let insert = try connection.statement("INSERT OR IGNORE INTO head (row_id, vals) VALUES (?, ?)")
        try lend(batch.bytes) { (bytes) throws(DatabaseError) in
            for row in batch.rows {
                try insert.bind(row.id, 1)
                try insert.bind(
                    lentText: UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.start + row.length]), 2)
                _ = try insert.step()
                insert.reset()
            }
        }
        let scrape = try connection.statement("INSERT OR IGNORE INTO scrapes (target_id, ts) VALUES (?, ?)")
        for entry in batch.scrapes {
            try scrape.bind(entry.target, 1)
            try scrape.bind(entry.timestamp, 2)
            _ = try scrape.step()
            scrape.reset()
        }
    }

    private func writeLoose(_ batch: WriteBatch, _ counts: inout Counts) throws(DatabaseError) {
        if batch.loose.isEmpty { return }
        let insert = try connection.statement("INSERT OR IGNORE INTO loose (series_id, ts, val) VALUES (?, ?, ?)")
        for sample in batch.loose {
            try insert.bind(sample.series, 1)
            try insert.bind(sample.timestamp, 2)
            try insert.bind(sample.element, 3)
            _ = try insert.step()
            insert.reset()
            if sqlite3_changes(connection.handle) == 0 { counts.duplicates += 1 }
        }
    }

    private func write(_ definition: Definition) throws(DatabaseError) {
        switch definition {
        case .target(let id, let target):
            try connection.run(
                """
                INSERT INTO targets
                    (target_id, identity, job, instance, url, labels, discovered, interval_ms, timeout_ms, state)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'active')
                ON CONFLICT (target_id) DO UPDATE SET
                    discovered = excluded.discovered, interval_ms = excluded.interval_ms,
                    timeout_ms = excluded.timeout_ms, state = 'active', gone_at = NULL
                """, .integer(id), .blob(target.identity), .text(target.job), .text(target.instance), .text(target.url),
                .text(labelsJSON(target.labels)), .text(labelsJSON(target.discovered)),
                .integer(target.intervalMilliseconds), .integer(target.timeoutMilliseconds))
        case .targetGone(let id, let time):
            try connection.run(
                "UPDATE targets SET state = 'gone', gone_at = ? WHERE target_id = ?", .integer(time), .integer(id))
        case .metric(let id, let name):
            try connection.run("INSERT OR IGNORE INTO metrics VALUES (?, ?)", .integer(id), .text(name))
        case .series(let id, let metric, let hash, let labels):
            try connection.run(
                "INSERT OR REPLACE INTO label_sets VALUES (?, ?, ?, ?)", .integer(id), .integer(metric), .integer(hash),
                .text(labels))
        case .block(let id, let target, let window):
            try connection.run(
                "INSERT OR REPLACE INTO blocks VALUES (?, ?, ?)", .integer(id), .integer(target), .integer(window))
        case .blockMoved(let id, let target):
            try connection.run("UPDATE blocks SET target_id = ? WHERE block_id = ?", .integer(target), .integer(id))
        }
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

    /// `withUnsafeBytes` with a typed error.
    private func lend(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        let result: Result<Void, DatabaseError> = bytes.withUnsafeBytes { buffer in
            do throws(DatabaseError) {
                return .success(try body(buffer))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
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
