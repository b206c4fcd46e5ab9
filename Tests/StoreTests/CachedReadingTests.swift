import Foundation
import Model
import Patterns
import Testing

@testable import Store

/// What stays in memory of what was read, and the threads that read ahead, change nothing about what is read.
@Suite struct CachedReadingTests {
    private static let hour: Int64 = 3_600_000

    @Test func manySeriesComeInTheirOrderWhoeverDecodesThem() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let start = scratch.clock.now()
        for scrape in 0..<6 {
            let values = (0..<1000).map { (["__name__": "m", "i": "\($0)"] as Labels, "\($0 * 10 + scrape)") }
            try target.scrape(at: start + Int64(scrape) * 15_000, values)
            // The last scrapes stay in the head.
            if scrape == 3 {
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
            }
        }
        try await scratch.store.flush()
        for _ in 0..<3 {
            let read = try scratch.store.read([.metric("m")])
            #expect(read.map { $0.0["i"] } == (0..<1000).map { "\($0)" })
            for (number, series) in read.enumerated() {
                #expect(series.1.map(\.value) == (0..<6).map { Double(number * 10 + $0) })
            }
        }
    }

    @Test func aCursorMayBeClosedInTheMiddle() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        try target.scrape(
            at: scratch.clock.now(), (0..<4000).map { (["__name__": "m", "i": "\($0)"] as Labels, "1") })
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        // More than there are readers at a time: each must have been given back.
        for _ in 0..<100 {
            let cursor = try scratch.store.select([.metric("m")], from: 0, to: .max)
            #expect(try cursor.next())
            try cursor.withSamples { timestamps, _ in #expect(timestamps.count == 1) }
            cursor.close()
            #expect(try !cursor.next())
            // And one that nobody closes.
            _ = try scratch.store.select([.metric("m")], from: 0, to: .max)
        }
    }

    @Test func whatCannotBeReadIsAnErrorWhoeverReadsIt() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        for scrape in 0..<60 {
            let values = (0..<2000).map {
                (["__name__": "m", "i": "\($0)"] as Labels, "\(($0 * 7919 + scrape * 104_729) % 1_000_003)")
            }
            try target.scrape(at: scratch.clock.now() + Int64(scrape) * 1000, values)
        }
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        try scratch.reopen()
        let pageSize = try #require(scratch.shell("PRAGMA page_size").first.flatMap { UInt64($0) })
        let pages = try scratch.shell("SELECT pageno FROM dbstat WHERE name = 'chunks' AND pagetype = 'leaf'")
        #expect(pages.count > 1)
        let file = try #require(FileHandle(forUpdatingAtPath: scratch.path))
        // Blocks behind the first ones, where the helpers may come before the one who asked.
        for page in pages.compactMap(UInt64.init).sorted().suffix(pages.count / 2) {
            try file.seek(toOffset: (page - 1) * pageSize)
            try file.write(contentsOf: Data(count: Int(pageSize)))
        }
        try file.close()
        for _ in 0..<3 {
            #expect(throws: DatabaseError.self) { try scratch.store.read([.metric("m")]) }
        }
    }

    @Test func mergedPartsAreReadAnew() async throws {
        let scratch = try Scratch { $0.rowsPerPart = 1 }
        let target = ScriptedTarget(scratch.store)
        let start = scratch.clock.now()
        for scrape in 0..<140 {
            try target.scrape(at: start + Int64(scrape) * 1000, [(["__name__": "m"], "\(scrape)")])
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            let read = try scratch.store.read([.metric("m")], to: start + 7_000_000)
            #expect(read.first?.1.map(\.value) == (0...scrape).map(Double.init))
        }
        let parts = try scratch.shell("SELECT count(*) FROM chunks").first.flatMap { Int($0) }
        #expect((parts ?? .max) < 100, "they have been merged")
    }

    @Test func theCacheServesOneStateOfTheFile() throws {
        let cache = ChunkCache()
        let before = cache.view()
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        var chunk: StoredChunk?
        try connection.rows("SELECT 1000, 15000, 3, NULL, '[0,0,10,10]', x'5b6e756c6c2c315d2020'") {
            chunk = StoredChunk($0, first: 0)
        }
        let known = try #require(chunk)
        before.add(1, known)
        #expect(before.isCurrent && before[1] === known)
        cache.changing {
            // What is read now may be of before or of after.
            before.add(2, known)
            #expect(before[1] == nil && before[2] == nil)
            let during = cache.view()
            #expect(!during.isCurrent && during[1] == nil)
        }
        #expect(!before.isCurrent && before[1] == nil)
        before.add(3, known)
        let after = cache.view()
        #expect(after.isCurrent)
        for id: Int64 in 1...3 { #expect(after[id] == nil) }

        // What is asked for stays, what is not goes, and there is no room for more than that.
        let small = ChunkCache(most: known.bytesInMemory)
        small.view().add(1, known)
        small.view().add(2, known)
        #expect(small.view()[2] == nil)
        small.forgetUnused()
        #expect(small.view()[1] === known)
        for _ in 0..<3 { small.forgetUnused() }
        #expect(small.view()[1] == nil)
        small.view().add(2, known)
        #expect(small.view()[2] === known)
    }

    @Test func seriesThatLeaveMemoryAreFoundInWhatIsHeldOfThePast() async throws {
        let scratch = try Scratch()
        let stay = ScriptedTarget(scratch.store, name: "stay:1")
        var targets = [ScriptedTarget(scratch.store, name: "old:1")]
        func let2HoursPass() async throws {
            scratch.clock.advance(2 * Self.hour)
            try stay.scrape(
                at: scratch.clock.now(), [(["__name__": "stay"], "1"), (["__name__": "old", "i": "stays"], "1")])
            try await scratch.store.flush()
            #expect(scratch.store.maintain())
        }
        for generation in 0..<3 {
            let many = (0..<100).map { (["__name__": "old", "i": "\($0)", "of": "\(generation)"] as Labels, "1") }
            try targets.last?.scrape(at: scratch.clock.now(), many)
            try await scratch.store.flush()
            #expect(scratch.store.closeHead())
            targets.last?.end()
            targets = [ScriptedTarget(scratch.store, name: "old:\(generation + 2)")]
            for _ in 0..<4 {
                try await let2HoursPass()
                // Whatever is in memory, in what is held of the past, or in both: each comes once.
                let read = try scratch.store.read([.metric("old")])
                #expect(read.count == 100 * (generation + 1) + 1)
                #expect(Set(read.map(\.0)).count == read.count)
                #expect(
                    try scratch.store.read([LabelMatcher("of", .matches, "0|2")]).count == (generation < 2 ? 100 : 200))
            }
            #expect(scratch.store.registry.count == 2)
        }
        // Retention takes them out of the file, and out of what is held.
        #expect(try scratch.store.series([[.metric("old")]], from: 0, to: .max).count == 301)
        scratch.store.setRetention(RetentionLimits(milliseconds: Self.hour, bytes: nil))
        try await let2HoursPass()
        for _ in 0..<3 {
            // Asking does not bring them back.
            try await let2HoursPass()
            _ = try scratch.store.series([[.metric("old")]], from: 0, to: .max)
        }
        #expect(try scratch.shell("SELECT count(*) FROM series WHERE metric = 'old'") == ["1"])
        #expect(try scratch.store.series([[.metric("old")]], from: 0, to: .max).count == 1)
    }

    @Test func thePastHoldsNoMoreThanItMay() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        for (name, count) in [("a", 60), ("b", 60), ("c", 200)] {
            try target.scrape(
                at: scratch.clock.now(), (0..<count).map { (["__name__": name, "i": "\($0)"] as Labels, "1") })
            scratch.clock.advance(1000)
        }
        try await scratch.store.flush()
        let past = PastSeries(most: 120)
        try scratch.store.readers.read { connection in
            func read(_ names: String...) throws -> [PastMetric]? { try past.view().metrics(names, connection) }
            let first = try read("a")?.first
            #expect(first?.table.count == 60)
            #expect(try read("a")?.first === first, "it is held")
            // What does not fit is not held, and takes no room away.
            #expect(try read("c") == nil)
            #expect(try read("a", "b") == nil)
            #expect(try read("a")?.first === first)
            // The other one takes its place.
            #expect(try read("b")?.first?.table.count == 60)
            #expect(try read("a")?.first !== first)
            let held = try read("a")?.first
            for _ in 0..<10 { past.forgetUnused() }
            #expect(try read("a")?.first !== held, "nobody asked for long")
        }
    }

    @Test func thePastServesOneStateOfTheFile() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        try target.scrape(at: scratch.clock.now(), [(["__name__": "m"], "1")])
        try await scratch.store.flush()
        let past = PastSeries()
        try scratch.store.readers.read { connection in
            let before = past.view()
            let first = try before.metrics(["m"], connection)?.first
            #expect(try before.metrics(["m"], connection)?.first === first)
            try past.changing {
                // What is read meanwhile, whoever began when, is not kept.
                #expect(try before.metrics(["m"], connection)?.first !== first)
                let during = past.view()
                let read = try during.metrics(["m"], connection)?.first
                #expect(try during.metrics(["m"], connection)?.first !== read)
            }
            // Nor what somebody reads who began before.
            let late = try before.metrics(["m"], connection)?.first
            #expect(try past.view().metrics(["m"], connection)?.first !== late)
            let last = try past.view().metrics(["m"], connection)?.first
            #expect(try past.view().metrics(["m"], connection)?.first === last)
            past.forget()
            #expect(try past.view().metrics(["m"], connection)?.first !== last)
        }
    }

    @Test func helpersWaitUntilWhatTheyDecodedIsTaken() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        for scrape in 0..<20 {
            let values = (0..<3000).map { (["__name__": "m", "i": "\($0)"] as Labels, "\($0 + scrape)") }
            try target.scrape(at: scratch.clock.now() + Int64(scrape) * 1000, values)
        }
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        for room in [1, 3000, 1 << 18] {
            let transaction = try scratch.store.readers.borrow()
            let selection = try Selection(
                [try CompiledMatcher(.metric("m"))], from: 0, in: scratch.store.registry, or: transaction.connection,
                past: nil)
            let file = try BlockRowsReader(transaction.connection, from: 0, to: .max, waiting: WaitingSamples([]))
            let series = ReadAhead(selection.items, from: file, samplesAhead: room)
            var expected = 0
            while let next = try series.next(reusing: SampleBatch()) {
                #expect(next.items.lowerBound == expected)
                for (number, item) in next.items.enumerated() {
                    let values = next.batch.samples.values[next.batch.range(number)]
                    #expect(Array(values) == (0..<20).map { Double(item + $0) })
                }
                expected = next.items.upperBound
            }
            #expect(expected == 3000)
            series.close()
            // Who has enough after the first leaves helpers behind that wait for room.
            let left = ReadAhead(selection.items, from: file, samplesAhead: room)
            #expect(try left.next(reusing: SampleBatch()) != nil)
            left.close()
            transaction.end()
        }
    }

    @Test func segmentsOfOddSizesAreNoChunk() throws {
        let connection = try Connection(path: ":memory:", mode: .readWrite)
        for size in ["9223372036854775808", "0", "268435457", "18446744073709551615"] {
            try connection.rows(
                "SELECT 1000, 15000, 3, NULL, '[0,0,1,\(size),1,0,1,\(size)]', x'5b6e756c6c2c315d2020'"
            ) { row in
                let chunk = StoredChunk(row, first: 0)
                #expect(chunk == nil, "\(size)")
            }
        }
    }
}
