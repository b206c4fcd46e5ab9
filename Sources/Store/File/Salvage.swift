import CSQLite
import Model

/// Copies what can be read of a damaged database, table by table, around the places that cannot be read.
struct Salvage {
    private static let rowsPerTransaction = 1000
    /// A row takes six bytes of its page at least.
    static let mostRowsInPage: Int64 = 4096 / 6

    private let target: Connection
    private(set) var series = 0
    private(set) var chunks = 0
    /// Rows of the head, and samples by themselves.
    private(set) var rows = 0
    /// Places in tables where something could not be read.
    private(set) var gaps = 0
    private(set) var damagedChunks = 0
    /// Chunks and rows whose series are lost.
    private(set) var orphans = 0

    init(target: Connection) { self.target = target }

    /// Copies all tables.
    mutating func copy(from source: Connection) throws {
        try copyTable("metrics", 2, from: source)
        try copyTable("targets", 16, from: source)
        try copyTable("blocks", 3, from: source)
        let gapsBefore = gaps
        var misshapen = 0
        series = try copyTable("label_sets", 4, from: source) { row in
            // A changed byte may have made a text of a number: such a row tells nothing, and its slot is nobody's.
            let isSound = row.type(2) == "INTEGER" && row.type(3) == "INTEGER" && row.type(4) == "TEXT"
            if !isSound { misshapen += 1 }
            return isSound
        }
        gaps += misshapen
        orphans -= misshapen
        let hasLostSeries = gaps > gapsBefore
        if gaps > 0 {
            var scan = try PageScan(from: source, into: target)
            try scan.run()
            series += scan.found["label_sets"] ?? 0
        }
        try repairBlocks()
        if hasLostSeries { try closeFreeSlots() }
        let known = try knownBlocks()
        rows = try copyTable("head", 2, from: source) { known.contains($0.integer(0) & (1 << 22 - 1)) }
        try copySorted("scrapes", "target_id", 2, from: source)
        rows += try copySorted("loose", "series_id", 3, from: source)
        try copySorted("metadata", nil, 4, from: source)
        try repairScrapes()
        try copyOthers(from: source)
        let inflater = Inflater()
        var damaged = 0
        chunks = try copyTable("chunks", 7, from: source) { row in
            if !known.contains(row.integer(0) >> 8 & (1 << 22 - 1)) { return false }
            guard let chunk = StoredChunk(row, first: 2), chunk.isSound(inflater) else {
                damaged += 1
                return false
            }
            return true
        }
        orphans -= damaged
        damagedChunks = damaged
        try target.transaction {
            try target.execute("INSERT OR IGNORE INTO windows SELECT DISTINCT chunk_id >> 42 FROM chunks")
            try target.execute(
                """
                UPDATE blocks SET last_window = coalesce((
                    SELECT max(w.window_id) + 1 FROM windows w
                    WHERE EXISTS (SELECT 1 FROM chunks c WHERE c.chunk_id BETWEEN (w.window_id << 42) + (block_id << 8)
                        AND (w.window_id << 42) + (block_id << 8) + 255)), last_window)
                """)
        }
    }

    /// Copies the tables that have nothing to do with samples.
    private mutating func copyOthers(from source: Connection) throws {
        let own: Set<String> = [
            "metrics", "targets", "blocks", "label_sets", "head", "scrapes", "loose", "metadata", "windows", "chunks",
            // An import goes through its file anew: what it had stored may be among what is lost.
            "schema_migrations", "imports",
        ]
        var tables: [(name: String, columns: Int, hasRowID: Bool)] = []
        try target.rows("SELECT name, ncol, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'") {
            row in
            if own.contains(row.text(0)) || row.text(0).hasPrefix("sqlite_") { return }
            tables.append((row.text(0), Int(row.integer(1)), row.integer(2) == 0))
        }
        for table in tables {
            let columns = try source.integer("SELECT count(*) FROM pragma_table_info(?)", .text(table.name))
            guard columns == Int64(table.columns) else { continue }
            if table.hasRowID {
                try copyTable(table.name, table.columns, from: source)
            } else {
                try copySorted(table.name, nil, table.columns, from: source)
            }
        }
    }

    /// Copies a table with an integer key. Behind a place that cannot be read it goes on at the next key that can. Rows count
    /// whatever the order of their keys: one that was changed must not cost those behind it.
    @discardableResult
    private mutating func copyTable(
        _ table: String, _ columns: Int, from source: Connection, where isWanted: (Statement) -> Bool = { _ in true }
    ) throws -> Int {
        var copied = 0
        var left = try mostRows(in: source)
        var next: Int64? = .min
        var leap: Int64 = 0
        while let from = next, left > 0 {
            var last = from
            do {
                let select = try source.statement("SELECT rowid, * FROM \(table) WHERE rowid >= ? ORDER BY rowid")
                try select.bind(from, 1)
                defer { select.reset() }
                try insert(select, first: 1, into: table, columns, counting: &copied) { row in
                    left -= 1
                    if left < 0 { throw DatabaseError.goesInCircles(table) }
                    last = row.integer(0)
                    if isWanted(row) { return true }
                    orphans += 1
                    return false
                }
                next = nil
            } catch let error as DatabaseError where error.isUnreadable {
                gaps += 1
                // A key that was changed may lead back to where the reading has been: whoever gets no further leaps, and each
                // time twice as far.
                let (behind, overflow) = max(last, from).addingReportingOverflow(last > from ? 0 : leap)
                next = overflow ? nil : nextReadable(in: table, after: behind, source)
                leap = last > from ? 0 : max(1, leap &* 2)
            }
        }
        return copied
    }

    /// The first key behind a damaged place. A search by key goes straight to its page, past the damaged one.
    private func nextReadable(in table: String, after last: Int64, _ source: Connection) -> Int64? {
        func isReadable(_ key: Int64) -> Bool {
            do {
                let select = try source.statement(
                    "SELECT rowid, * FROM \(table) WHERE rowid >= ? ORDER BY rowid LIMIT 1")
                try select.bind(key, 1)
                defer { select.reset() }
                return try select.step()
            } catch {
                return false
            }
        }
        var step: Int64 = 1
        var bad = last
        while true {
            let (key, overflow) = (last == .min ? 0 : last).addingReportingOverflow(step)
            if overflow { return nil }
            if isReadable(key) {
                // Between the last bad key and the first good one the border is found by halving.
                var good = key
                while bad >= 0, good - bad > 1 {
                    let middle = bad + (good - bad) / 2
                    if isReadable(middle) { good = middle } else { bad = middle }
                }
                return good > last ? good : nil
            }
            bad = key
            let (doubled, tooLarge) = step.multipliedReportingOverflow(by: 2)
            if tooLarge { return nil }
            step = doubled
        }
    }

    /// More rows than fit into the file come from pages that lead back to pages before them, and would come for ever.
    private func mostRows(in source: Connection) throws -> Int64 {
        min(try source.integer("PRAGMA page_count") ?? 0, 1 << 32) * Self.mostRowsInPage
    }

    /// Copies a table that is sorted by its own columns: from the front to the first damaged place, then from the back.
    @discardableResult
    private mutating func copySorted(
        _ table: String, _ key: String?, _ columns: Int, from source: Connection
    ) throws -> Int {
        var copied = 0
        var left = try mostRows(in: source)
        for order in ["ASC", "DESC"] {
            let by = key.map { "ORDER BY \($0) \(order)" } ?? "ORDER BY 1 \(order)"
            do {
                let select = try source.statement("SELECT * FROM \(table) \(by)")
                defer { select.reset() }
                try insert(select, first: 0, into: table, columns, counting: &copied) { _ in
                    left -= 1
                    if left < 0 { throw DatabaseError.goesInCircles(table) }
                    return true
                }
                return copied
            } catch let error as DatabaseError where error.isUnreadable {
                gaps += 1
            }
        }
        return copied
    }

    /// Inserts the rows of a statement, some a transaction, and counts those that were not there. What was inserted before an
    /// error stays, and counts.
    private func insert(
        _ select: Statement, first: Int32, into table: String, _ columns: Int, counting copied: inout Int,
        where isWanted: (Statement) throws -> Bool
    ) throws {
        let marks = Array(repeating: "?", count: columns).joined(separator: ", ")
        var failure: (any Error)?
        var more = true
        while more {
            try target.transaction {
                let insert = try target.statement("INSERT OR IGNORE INTO \(table) VALUES (\(marks))")
                for _ in 0..<Self.rowsPerTransaction {
                    let isTaken: Bool
                    do {
                        more = try select.step()
                        if !more { break }
                        isTaken = try isWanted(select)
                    } catch {
                        failure = error
                        more = false
                        break
                    }
                    guard isTaken else { continue }
                    for column in 0..<Int32(columns) { try insert.bind(columnOf: select, first + column, column + 1) }
                    _ = try insert.step()
                    insert.reset()
                    copied += Int(sqlite3_changes(target.handle))
                }
            }
        }
        if let failure { throw failure }
    }
}

// What other tables can tell about what is missing.
extension Salvage {
    private func knownBlocks() throws -> Set<BlockID> {
        var known: Set<BlockID> = []
        try target.rows("SELECT DISTINCT series_id >> 7 FROM label_sets") { known.insert($0.integer(0)) }
        return known
    }

    /// Blocks that are missing but have series belong to nobody, until a target takes them over.
    private func repairBlocks() throws {
        try target.transaction {
            try target.execute(
                """
                INSERT OR IGNORE INTO blocks SELECT DISTINCT series_id >> 7, 0, 0 FROM label_sets;
                INSERT OR IGNORE INTO metrics
                    SELECT DISTINCT metric_id, 'vedette_recovered_metric_' || metric_id FROM label_sets;
                """)
        }
    }

    /// Where series are lost their slots must not be given to others, to whom the old samples would be attributed: the last
    /// slot of each block is taken by a series without samples.
    private func closeFreeSlots() throws {
        try target.transaction {
            let largest = try target.integer(
                "SELECT max(metric_id) FROM metrics WHERE metric_id < ?", .integer(largestNumber))
            let metric = max(0, largest ?? 0) + 1
            try target.run("INSERT OR IGNORE INTO metrics VALUES (?, 'vedette_lost_series')", .integer(metric))
            try target.run(
                """
                INSERT OR IGNORE INTO label_sets
                SELECT (block_id << 7) + 127, ?, block_id, json_object('block', CAST(block_id AS TEXT)) FROM blocks
                """, .integer(metric))
        }
    }

    /// Each row of the head counts through the time of its target.
    private func repairScrapes() throws {
        try target.transaction {
            try target.execute(
                """
                INSERT OR IGNORE INTO scrapes
                SELECT DISTINCT b.target_id, h.row_id >> 22 FROM head h JOIN blocks b ON b.block_id = h.row_id & 4194303
                """)
        }
    }
}
