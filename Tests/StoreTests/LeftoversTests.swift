import Foundation
import Model
import Testing

@testable import Store

/// What only described series that are gone goes with them, from the file and from memory.
@Suite struct LeftoversTests {
    private static let hour: Int64 = 3_600_000

    private static func family(_ name: String) -> FamilyMetadata {
        FamilyMetadata(family: name, type: "histogram", help: "How long.", unit: "")
    }

    /// One scrape of a target that comes and goes: two metrics of a family, and what is said of it.
    private func live(_ scratch: Scratch, _ name: String) async throws {
        let target = ScriptedTarget(scratch.store, name: name)
        let metric = name.filter(\.isLetter)
        try target.scrape(
            at: scratch.clock.now(),
            (0..<70).map { (["__name__": "\(metric)_bucket", "le": "\($0)"] as Labels, "1") }
                + [(["__name__": "\(metric)_sum"] as Labels, "1")])
        let batch = WriteBatch()
        batch.add(scratch.store.metadata.news(among: [Self.family(metric)]))
        scratch.store.write(batch)
        target.end()
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
    }

    /// Time goes by, and the upkeep is done, while one target stays.
    private func pass(_ hours: Int, _ scratch: Scratch, _ stay: ScriptedTarget) async throws {
        for _ in 0..<hours / 2 {
            scratch.clock.advance(2 * Self.hour)
            try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            #expect(scratch.store.maintain())
        }
    }

    @Test func metricsFamiliesAndTargetsGoWithTheirSeries() async throws {
        let scratch = try Scratch { $0.retention = RetentionLimits(milliseconds: 4 * Self.hour, bytes: nil) }
        let stay = ScriptedTarget(scratch.store, name: "stay:1")
        try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
        try await live(scratch, "old:1")
        let before = try scratch.shell("SELECT target_id FROM targets WHERE instance = 'old:1'")
        #expect(try scratch.shell("SELECT name FROM metrics ORDER BY 1") == ["old_bucket", "old_sum", "stay"])
        #expect(try scratch.shell("SELECT family FROM metadata") == ["old"])

        try await pass(24, scratch, stay)
        #expect(try scratch.shell("SELECT name FROM metrics") == ["stay"])
        #expect(try scratch.shell("SELECT family FROM metadata") == [])
        #expect(try scratch.shell("SELECT instance FROM targets") == ["stay:1"])
        #expect(scratch.store.targets.count == 1)

        // All of it may come back, and is told anew.
        try await live(scratch, "old:1")
        #expect(
            try scratch.shell("SELECT metric, count(*) FROM samples GROUP BY 1 ORDER BY 1").prefix(2)
                == ["old_bucket|70", "old_sum|1"])
        #expect(try scratch.shell("SELECT family FROM metadata") == ["old"])
        #expect(try scratch.shell("SELECT target_id FROM targets WHERE instance = 'old:1'") != before)
        #expect(try scratch.store.read([.metric("old_bucket")]).count == 70)
        try scratch.reopen()
        #expect(try scratch.store.read([.metric("old_bucket")]).count == 70)
    }

    /// A target that is scraped keeps its number, however old the file takes it to be; so do metrics whose series are on
    /// their way, and families with metrics.
    @Test func whatIsInUseStays() async throws {
        let scratch = try Scratch { $0.retention = RetentionLimits(milliseconds: 4 * Self.hour, bytes: nil) }
        let stay = ScriptedTarget(scratch.store, name: "stay:1")
        try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay_total"], "1")])
        let batch = WriteBatch()
        batch.add(scratch.store.metadata.news(among: [Self.family("stay")]))
        scratch.store.write(batch)
        try await live(scratch, "old:1")
        // The archive is there from now on.
        try scratch.reopen()
        let again = ScriptedTarget(scratch.store, name: "quiet:1")
        let unsent = WriteBatch()
        _ = try again.appender.column(for: ["__name__": "unsent"], in: unsent)
        // As if the metric's row had come before its series.
        let metric = unsent.definitions.compactMap { if case .metric(let id, "unsent") = $0 { id } else { nil } }
        try await scratch.store.writer.perform { connection in
            try connection.run("INSERT INTO metrics VALUES (?, 'unsent')", .integer(metric.first ?? 0))
            try connection.run("UPDATE targets SET state = 'gone', gone_at = 1 WHERE instance = 'quiet:1'")
        }
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("SELECT count(*) FROM metrics WHERE name IN ('unsent', 'stay_total')") == ["2"])
        #expect(try scratch.shell("SELECT family FROM metadata ORDER BY 1") == ["old", "stay"])
        #expect(try scratch.shell("SELECT count(*) FROM targets WHERE instance = 'quiet:1'") == ["1"])
    }

    /// A deletion that could not be written after all leaves a row behind that nobody knows: what comes back takes its place.
    @Test func aTargetThatWasGivenUpAndStayedInTheFileIsReplaced() async throws {
        let scratch = try Scratch()
        let first = ScriptedTarget(scratch.store, name: "a:1")
        first.end()
        try await scratch.store.flush()
        var identity: [UInt8] = []
        try scratch.store.readers.read { try $0.rows("SELECT identity FROM targets") { identity = Array($0.bytes(0)) } }
        #expect(scratch.store.targets.giveUp([(first.id, identity)]) == [first.id])
        let second = ScriptedTarget(scratch.store, name: "a:1")
        try second.scrape(at: scratch.clock.now(), [(["__name__": "m"], "1")])
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT target_id, state FROM targets") == ["\(second.id)|active"])
        #expect(second.id != first.id)
    }

    /// However much there is, a minute looks at a slice.
    @Test func aMinuteDoesNotDoEverything() async throws {
        let scratch = try Scratch()
        try await live(scratch, "a:1")
        try scratch.reopen()
        try await scratch.store.writer.perform { connection in
            for index in 0..<1200 {
                try connection.run("INSERT INTO metrics (name) VALUES (?)", .text("unused_\(index)"))
                try connection.run("INSERT INTO metadata VALUES (?, '', '', '')", .text("unused_\(index)"))
                try connection.run(
                    """
                    INSERT INTO targets (identity, job, instance, url, labels, discovered, interval_ms, timeout_ms, state,
                        gone_at) VALUES (?, '', '', '', '{}', '{}', 0, 0, 'gone', 1)
                    """, .text("unused \(index)"))
            }
        }
        var left: [[Int]] = []
        for _ in 0..<4 {
            #expect(scratch.store.maintain())
            left.append(
                try scratch.shell(
                    "SELECT (SELECT count(*) FROM metrics), (SELECT count(*) FROM metadata), (SELECT count(*) FROM targets)"
                ).flatMap { $0.split(separator: "|").compactMap { Int($0) } })
        }
        // A slice of 500 each time, of which some are in use; families in the order of their names follow their metrics.
        #expect(left == [[704, 902, 702], [204, 402, 202], [2, 201, 1], [2, 1, 1]], "\(left)")
    }
}
