import Foundation
import Glibc
import Instruments
import Logging
import Model
import Testing

@testable import Store

/// Whatever a sqlite3 shell writes into the file's numbers: no crash, and what was not touched goes on.
@Suite(.serialized) struct HandEditedTests {
    private static let columns: [(table: String, column: String)] = [
        ("chunks", "chunk_id"), ("chunks", "start_ms"), ("chunks", "step_ms"), ("chunks", "count"), ("chunks", "times"),
        ("chunks", "segments"), ("chunks", "data"), ("head", "row_id"), ("head", "vals"), ("scrapes", "target_id"),
        ("scrapes", "ts"), ("loose", "series_id"), ("loose", "ts"), ("loose", "val"), ("blocks", "block_id"),
        ("blocks", "target_id"), ("blocks", "last_window"), ("windows", "window_id"), ("targets", "target_id"),
        ("targets", "interval_ms"), ("targets", "timeout_ms"), ("targets", "last_scrape"),
        ("targets", "duration_seconds"), ("targets", "samples"), ("targets", "gone_at"), ("metrics", "metric_id"),
        ("label_sets", "series_id"), ("label_sets", "metric_id"), ("label_sets", "hash"),
    ]

    private static let values = [
        "9223372036854775807", "-9223372036854775808", "-1", "0", "4611686018427387904", "2199023255552",
        "4398046511103",
        "-4194000", "16777216", "1.5", "1e300", "-1e300", "NULL", "'text'", "x'ff00'", "''",
        // As texts of lists: times, segments, columns and values of rows.
        "'[9223372036854775807,-9223372036854775808,1]'", "'[[0,0,9223372036854775807,16],[99,-1,4,268435456]]'",
        "'[\"0.\(String(repeating: "0", count: 40_000))1\",\"9p9999\",\"9p1023\"]'",
    ]

    /// A store with parts of every kind: closed ones, evenly spaced and listed, rows of the head, samples by themselves.
    private static func template() async throws -> (folder: String, now: Int64) {
        let folder = try makeFolder()
        let scratch = try Scratch(in: folder) { $0.closesByItself = false }
        let start = scratch.clock.now()
        let target = ScriptedTarget(scratch.store)
        for row in 0..<20 {
            try target.scrape(at: start + Int64(row) * 15_000, series(row))
            if row == 5 { try target.append([1, 7, 100].map { (["__name__": "own"], start + $0, 1.5) }) }
            if row == 10 {
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
            }
        }
        try target.append([3, 8, 200].map { (["__name__": "own"], start + $0, 2.5) })
        let other = ScriptedTarget(scratch.store, name: "b:1")
        try other.scrape(at: start, [(["__name__": "gone"], "1")])
        other.end()
        let batch = WriteBatch()
        batch.note(
            ScrapeOutcome(timestamp: start, up: true, durationSeconds: 0.1, samples: 3, error: ""), target: target.id)
        scratch.store.write(batch)
        try await scratch.store.flush()
        scratch.store.close()
        return (folder, start)
    }

    private static func series(_ row: Int) -> [(Labels, String)] {
        (0..<20).map { (["__name__": "m", "i": "\($0)"], "\(row).\($0 + 10)1") }
    }

    /// Everything that looks at the file.
    private func use(_ scratch: Scratch, _ what: String) async throws {
        _ = Result { try scratch.store.read([LabelMatcher("__name__", .notEqual, "")]) }
        _ = Result { try scratch.store.read([.metric("m")], from: .min, to: .max) }
        _ = Result { try scratch.store.statistics() }
        _ = Result { try scratch.store.targetStatuses() }
        _ = Result { try scratch.store.labelNames() + scratch.store.labelValues("i") }
        // A late sample, one that is there already, and new ones.
        let target = ScriptedTarget(scratch.store)
        try target.append([1, 8, 60_000, 200].map { (["__name__": "own"], scratch.clock.now() + $0, 3.5) })
        try target.append([(["__name__": "m", "i": "3"], scratch.clock.now() + 15_000, 1)])
        try target.scrape(at: scratch.clock.now() + 400_000, Self.series(99))
        try await scratch.store.flush()
        #expect(scratch.store.closeHead(), "\(what)")
        #expect(scratch.store.maintain(), "\(what)")
        let report = DamageReport(path: scratch.path, logger: Logger(level: .error, descriptor: nowhere))
        let check = BackgroundCheck(connection: try Connection(path: scratch.path, mode: .readOnly), report)
        while try check.advance() {}
        // What is written after all that can be read.
        try target.scrape(at: scratch.clock.now() + 500_000, Self.series(100))
        try await scratch.store.flush()
        let read = try scratch.store.read([.metric("m")], from: scratch.clock.now() + 500_000)
        // Where it does not say any more whose samples these are, nobody can tell.
        if !["blocks", "label_sets", "metrics"].contains(what.prefix { $0 != "." }) {
            #expect(read.count == 20 && read.allSatisfy { $0.1.count == 1 }, "\(what): \(read.count)")
        }
        target.end()
    }

    private let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

    @Test(arguments: Self.columns.map { "\($0.table).\($0.column)" }) func numbersAreNotTrusted(place: String)
        async throws
    {
        let (template, start) = try await Self.template()
        defer { removeFolder(template) }
        let parts = place.split(separator: ".").map(String.init)
        let (table, column) = (try #require(parts.first), try #require(parts.last))
        for (number, value) in Self.values.enumerated() {
            // One row, or all of them, by turns.
            let turn = number + (Self.columns.firstIndex { $0.table == table && $0.column == column } ?? 0)
            let rows = turn % 2 == 0 ? "= (SELECT max(\(column)) FROM \(table))" : "IS NOT NULL"
            let folder = try makeFolder()
            defer { removeFolder(folder) }
            try FileManager.default.copyItem(atPath: template + "/test.db", toPath: folder + "/test.db")
            let scratch = try Scratch(in: folder, now: start, keepsLog: true) { $0.closesByItself = false }
            _ = try askShell(
                scratch.path, "UPDATE OR REPLACE \(table) SET \(column) = \(value) WHERE \(column) \(rows)",
                readonly: false)
            let what = "\(table).\(column) = \(value.prefix(60)) \(rows.prefix(1))"
            try await use(scratch, what)
            try scratch.reopen()
            scratch.clock.advance(1_000_000)
            try await use(scratch, what + ", opened again")
            // Much later retention takes all of it.
            scratch.clock.advance(40 * 86_400_000)
            #expect(scratch.store.maintain(), "\(what)")
            scratch.store.close()
        }
    }

    @Test func rowsThatNobodyLooksAtAreTakenOutAndSaid() async throws {
        let (folder, start) = try await Self.template()
        defer { removeFolder(folder) }
        let scratch = try Scratch(in: folder, now: start, keepsLog: true)
        let before = try scratch.shell("SELECT count(*), sum(value) FROM samples")
        try scratch.reopen { () throws in
            _ = try askShell(
                scratch.path,
                """
                INSERT INTO scrapes VALUES (1, -5), ('a', 7), (1, 1.5);
                INSERT INTO loose VALUES ('a', 1, 1), (1, 1 << 50, 1);
                INSERT INTO windows VALUES (-3), (9223372036854775807);
                INSERT INTO head VALUES (-9, '[1]');
                INSERT INTO chunks VALUES (-1, 0, 0, 1, NULL, '[]', '');
                """, readonly: false)
        }
        #expect(try scratch.shell("SELECT count(*), sum(value) FROM samples") == before)
        let said = scratch.log.filter { $0.contains("edited by hand") }
        #expect(said.count == 5, "\(scratch.log)")
        for (table, rows) in [("scrapes", 3), ("loose", 2), ("windows", 2), ("head", 1), ("chunks", 1)] {
            #expect(said.contains { $0.contains("table=\(table) rows=\(rows)") }, "\(said)")
        }
        try scratch.reopen()
        #expect(scratch.log.count { $0.contains("edited by hand") } == 5)
    }

    /// Samples by themselves that are none do not stay for ever, and are counted.
    @Test func whatIsNoSampleIsCounted() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        try target.append([(["__name__": "own"], scratch.clock.now(), 1.5)])
        try await scratch.store.flush()
        _ = try askShell(
            scratch.path, "INSERT INTO loose SELECT series_id, ts + 1, 'nonsense' FROM loose", readonly: false)
        #expect(scratch.store.closeHead())
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        #expect(try scratch.shell("SELECT value FROM samples") == ["1.5"])
        let counted = scratch.instruments.snapshots().flatMap(\.samples).filter {
            $0.name == "vedette_store_samples_dropped_total" && $0.labels.contains { $0.value == "unreadable" }
        }
        #expect(counted.first?.value == 1)
    }

    /// Rows that were counted and that somebody takes away keep nobody waiting for them.
    @Test(.timeLimit(.minutes(1))) func rowsThatWereTakenAwayAreNotWaitedFor() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        for row in 0..<5 { try target.scrape(at: scratch.clock.now() + Int64(row), Self.series(row)) }
        try await scratch.store.flush()
        _ = try askShell(scratch.path, "DELETE FROM scrapes; DELETE FROM head", readonly: false)
        #expect(scratch.store.closeHead())
        try target.scrape(at: scratch.clock.now() + 100, Self.series(7))
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        #expect(try scratch.shell("SELECT count(*) FROM samples WHERE metric = 'm'") == ["20"])
    }

    /// A block beyond all numbers does not stand in the way of finding the ones that are free.
    @Test func freeBlocksAreFoundBesideAStrangeOne() async throws {
        let scratch = try Scratch { $0.largestBlock = 2 }
        let target = ScriptedTarget(scratch.store)
        func series(_ count: Int) -> [(Labels, String)] {
            (0..<count).map { (["__name__": "m", "i": "\($0)"], "1") }
        }
        try target.scrape(at: scratch.clock.now(), series(200))
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        target.end()
        try await scratch.store.flush()
        try scratch.reopen { () throws in
            _ = try askShell(
                scratch.path, "INSERT INTO blocks VALUES (9223372036854775807, 1, 0), (-5, 1, 0)", readonly: false)
        }
        #expect(throws: UserError.self) {
            try ScriptedTarget(scratch.store, name: "b:1").scrape(
                at: scratch.clock.now() + 1, [(["__name__": "other"], "1")])
        }
        try scratch.reopen { () throws in
            _ = try askShell(
                scratch.path,
                "DELETE FROM blocks WHERE block_id = 1; DELETE FROM label_sets WHERE series_id >> 7 = 1",
                readonly: false)
        }
        try ScriptedTarget(scratch.store, name: "b:1").scrape(
            at: scratch.clock.now() + 1, [(["__name__": "other"], "1")])
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT series_id >> 7 FROM series WHERE metric = 'other'") == ["1"])
    }

    /// The number of such a window leads, shifted, to the chunks of today.
    @Test func aWindowBeforeAllTimeTakesNothingAway() async throws {
        let (folder, start) = try await Self.template()
        defer { removeFolder(folder) }
        let scratch = try Scratch(in: folder, now: start)
        #expect(scratch.store.closeHead())
        let before = try scratch.shell("SELECT count(*) FROM chunks")
        _ = try askShell(
            scratch.path, "INSERT INTO windows SELECT max(window_id) - (1 << 22) FROM windows", readonly: false)
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("SELECT count(*) FROM chunks") == before)
        #expect(try scratch.store.read([.metric("m")]).allSatisfy { $0.1.count == 20 })
    }
}
