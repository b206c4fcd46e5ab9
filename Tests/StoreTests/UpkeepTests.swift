import Foundation
import Model
import Testing

@testable import Store

/// Retention, series that leave memory, merging of parts, numbers of blocks.
@Suite struct UpkeepTests {
    private static let hour: Int64 = 3_600_000

    @Test func oldWindowsAndTheirSeriesGo() async throws {
        let scratch = try Scratch()
        let old = ScriptedTarget(scratch.store, name: "old:1")
        try old.scrape(at: scratch.clock.now(), (0..<300).map { (["__name__": "old", "i": "\($0)"], "1") })
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        old.end()
        scratch.clock.advance(20 * Self.hour)
        // The appender is still there: its series are not given up.
        scratch.store.setRetention(RetentionLimits(milliseconds: 10 * Self.hour, bytes: nil))
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("SELECT count(*) FROM samples") == ["0"])
        #expect(try scratch.shell("SELECT count(*) FROM series") == ["300"])

        try old.scrape(at: scratch.clock.now(), [(["__name__": "old", "i": "7"], "2")])
        try await scratch.store.flush()
        #expect(
            try scratch.shell("SELECT value FROM samples WHERE metric = 'old' AND labels LIKE '%\"7\"%'") == ["2.0"])
    }

    @Test func seriesLeaveMemoryAndComeBack() async throws {
        let scratch = try Scratch()
        var target: ScriptedTarget? = ScriptedTarget(scratch.store, name: "old:1")
        let stay = ScriptedTarget(scratch.store, name: "stay:1")
        let many = (0..<300).map { (["__name__": "old", "i": "\($0)"] as Labels, "1") }
        try target?.scrape(at: scratch.clock.now(), many)
        try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        target?.end()
        target = nil
        for _ in 0..<4 {
            scratch.clock.advance(2 * Self.hour)
            try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
            try await scratch.store.flush()
            #expect(scratch.store.maintain())
        }
        #expect(scratch.store.registry.count == 1)
        // The past is found through the file.
        #expect(try scratch.store.read([.metric("old")]).count == 300)
        #expect(try scratch.store.labelValues("i").count == 300)

        // What comes back has the number that it had.
        let before = try scratch.shell("SELECT series_id, labels FROM series WHERE metric = 'old' ORDER BY 1")
        target = ScriptedTarget(scratch.store, name: "old:1")
        try target?.scrape(at: scratch.clock.now(), many)
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT series_id, labels FROM series WHERE metric = 'old' ORDER BY 1") == before)
        #expect(try scratch.store.read([.metric("old")]).allSatisfy { $0.1.count == 2 })

        // When retention has taken them they begin anew, and the numbers are taken away with them.
        target?.end()
        target = nil
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        scratch.store.setRetention(RetentionLimits(milliseconds: 4 * Self.hour, bytes: nil))
        for _ in 0..<12 {
            scratch.clock.advance(2 * Self.hour)
            try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            #expect(scratch.store.maintain())
        }
        #expect(try scratch.shell("SELECT metric FROM series") == ["stay"])
        #expect(try scratch.shell("SELECT instance FROM targets") == ["stay:1"])
        #expect(try scratch.shell("SELECT count(*) FROM blocks") == ["1"])
        #expect(try scratch.store.read([.metric("old")]).isEmpty)
    }

    /// A series whose arrangement is kept over a long silence is in memory when its samples are.
    @Test func arrangedSeriesStayInMemory() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let many = (0..<200).map { (["__name__": "slow", "i": "\($0)"] as Labels, "1") }
        try target.scrape(at: scratch.clock.now(), many)
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        for _ in 0..<6 {
            scratch.clock.advance(2 * Self.hour)
            #expect(scratch.store.maintain())
        }
        #expect(scratch.store.registry.count == 200)
        // A target that exposes other series for long gets its old ones back by the columns it held.
        let other = (0..<200).map { (["__name__": "other", "i": "\($0)"] as Labels, "1") }
        let batch = WriteBatch()
        let held = try many.map { try target.appender.column(for: $0.0, in: batch) }
        try target.scrape(at: scratch.clock.now(), other)
        for _ in 0..<6 {
            scratch.clock.advance(2 * Self.hour)
            try target.scrape(at: scratch.clock.now(), other)
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            #expect(scratch.store.maintain())
        }
        #expect(scratch.store.registry.count == 200)
        _ = target.appender.arrange(held, reports: [])
        #expect(scratch.store.registry.count == 400)
    }

    @Test func theSizeIsKeptBelowItsLimit() async throws {
        let scratch = try Scratch { $0.retention = RetentionLimits(milliseconds: .max / 2, bytes: 600_000) }
        let target = ScriptedTarget(scratch.store)
        var random = SeededGenerator(5)
        for _ in 0..<12 {
            for _ in 0..<20 {
                scratch.clock.advance(360_000)
                let values = (0..<200).map {
                    (["__name__": "m", "i": "\($0)"] as Labels, "\(Double.random(in: 0...1, using: &random))")
                }
                try target.scrape(at: scratch.clock.now(), values)
            }
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            #expect(scratch.store.maintain())
        }
        let pages = try scratch.shell(
            "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
        )
        #expect(Int(pages.first ?? "").map { $0 < 700_000 } == true, "\(pages)")
        #expect(fileSize(scratch.path) < 1_400_000)
        // The newest is what is left.
        #expect(try scratch.store.read([.metric("m")]).allSatisfy { $0.1.last?.timestamp == scratch.clock.now() })
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
    }

    @Test func freePagesAreGivenBack() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        var random = SeededGenerator(6)
        for _ in 0..<60 {
            scratch.clock.advance(15_000)
            let values = (0..<1000).map {
                (["__name__": "m", "i": "\($0)"] as Labels, "\(Double.random(in: 0...1, using: &random))")
            }
            try target.scrape(at: scratch.clock.now(), values)
        }
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        scratch.clock.advance(100 * Self.hour)
        scratch.store.setRetention(RetentionLimits(milliseconds: Self.hour, bytes: nil))
        #expect(scratch.store.maintain())
        try scratch.reopen()
        let free = try scratch.shell(
            "SELECT freelist_count * 3 < page_count FROM pragma_freelist_count, pragma_page_count")
        #expect(free == ["1"] || fileSize(scratch.path) < 2_500_000)
    }

    @Test func manyPartsBecomeFew() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        // A tenth of a second apart, and a part every two scrapes; the window is crossed on the way.
        let start = (scratch.clock.now() / windowMilliseconds + 1) * windowMilliseconds - 3_000
        var expected: [Double] = []
        for row in 0..<700 {
            let value = row % 7 == 0 ? Double(row) : Double(row) / 4
            expected.append(value)
            try target.scrape(
                at: start + Int64(row) * 100, [(["__name__": "fast"], "\(value)"), (["__name__": "nan"], "NaN")])
            if row % 2 == 1 {
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
            }
        }
        let parts = try scratch.shell("SELECT max(n) FROM (SELECT count(*) AS n FROM chunks GROUP BY chunk_id >> 8)")
        #expect(Int(parts.first ?? "").map { $0 <= 130 } == true, "\(parts)")
        #expect(try scratch.store.read([.metric("fast")]).first?.1.map(\.value) == expected)
        #expect(try scratch.store.read([.metric("nan")]).first?.1.count == 700)
        let sum = try scratch.shell("SELECT count(*), sum(value) FROM samples WHERE metric = 'fast'")
        #expect(sum == ["700|\(expected.reduce(0, +))"])
    }

    @Test func numbersOfBlocksAreUsedAgain() async throws {
        let scratch = try Scratch { $0.largestBlock = 4 }
        let stay = ScriptedTarget(scratch.store, name: "stay:1")
        scratch.store.setRetention(RetentionLimits(milliseconds: 2 * Self.hour, bytes: nil))
        for round in 0..<3 {
            var target: ScriptedTarget? = ScriptedTarget(scratch.store, name: "round:\(round)")
            try target?.scrape(
                at: scratch.clock.now(),
                (0..<300).map { (["__name__": "r\(round)", "i": "\($0)"] as Labels, "\(round)") })
            try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
            try await scratch.store.flush()
            #expect(try scratch.store.read([.metric("r\(round)")]).count == 300)
            #expect(throws: UserError.self) {
                try target?.scrape(
                    at: scratch.clock.now() + 1, (0..<400).map { (["__name__": "more", "i": "\($0)"] as Labels, "1") })
            }
            target?.end()
            target = nil
            for _ in 0..<8 {
                scratch.clock.advance(2 * Self.hour)
                try stay.scrape(at: scratch.clock.now(), [(["__name__": "stay"], "1")])
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
                #expect(scratch.store.maintain())
            }
        }
        #expect(try scratch.shell("SELECT count(*) FROM samples WHERE metric <> 'stay'") == ["0"])
        #expect(try scratch.shell("SELECT max(block_id) <= 4 FROM blocks") == ["1"])
    }
}
