import CSQLite
import Model
import Testing

@testable import Store

/// What is written between the reading of a part and its becoming a chunk.
@Suite struct LateComersTests {
    private let encoder = ChunkEncoder()

    @Test func aLateSampleBetweenTwoThatAreClosedStays() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let start = scratch.clock.now()
        let own: Labels = ["__name__": "own"]
        let target = ScriptedTarget(scratch.store)
        try target.append([(own, start, 1), (own, start + 20, 3)])
        try await scratch.store.flush()
        var grid = ElementGrid()
        let samples = try LooseSamples(
            from: try Connection(path: scratch.path, mode: .readOnly), with: encoder, grid: &grid)
        #expect(samples.sampleCount == 2)
        try target.append([(own, start + 10, 2)])
        try await scratch.store.flush()
        _ = try scratch.store.writer.performBlocking { try samples.store(on: $0, closed: ClosedTimes()) }
        #expect(try scratch.shell("SELECT ts - \(start) FROM loose") == ["10"])
        #expect(
            try scratch.shell("SELECT ts - \(start), value FROM samples ORDER BY 1") == ["0|1.0", "10|2.0", "20|3.0"])
        #expect(scratch.store.closeHead())
        #expect(
            try scratch.shell("SELECT ts - \(start), value FROM samples ORDER BY 1") == ["0|1.0", "10|2.0", "20|3.0"])
    }

    /// A target may show its past, however long, and show it again in every scrape.
    @Test func aLongPastIsClosedInPartsAndRecognised() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let own: Labels = ["__name__": "own"]
        let target = ScriptedTarget(scratch.store)
        // Not evenly spaced, so that each time is listed.
        var past: [(Labels, Int64, Double)] = []
        for row in 0..<10_000 {
            let time = scratch.clock.now() + 3 * Int64(row) + (row % 7 == 0 ? 1 : 0)
            past.append((own, time, Double(row)))
        }
        try target.append(past)
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        #expect(try scratch.shell("SELECT count(*), sum(count), max(count) FROM chunks") == ["3|10000|4096"])
        let before = try await pagesLookedAt(scratch)
        try target.append(past)
        let after = try await pagesLookedAt(scratch)
        #expect(after - before < 20 * past.count, "\(after - before) pages")
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        #expect(scratch.metric("vedette_store_samples_dropped_total") == Double(past.count))
        #expect(try scratch.store.read([.metric("own")]).first?.1.count == past.count)
    }

    /// How often the writer has looked at a page.
    private func pagesLookedAt(_ scratch: Scratch) async throws -> Int {
        try await scratch.store.writer.perform { connection in
            var (hits, misses, highest): (Int32, Int32, Int32) = (0, 0, 0)
            sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_HIT, &hits, &highest, 0)
            sqlite3_db_status(connection.handle, SQLITE_DBSTATUS_CACHE_MISS, &misses, &highest, 0)
            return Int(hits) + Int(misses)
        }
    }

    /// A scrape with series of a new block, written when the blocks of the target have just been looked up: either the part
    /// has neither the time nor the block, or both.
    @Test func aBlockThatComesWhileAPartIsReadLosesNothing() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        let store = scratch.store
        let start = scratch.clock.now()
        let target = ScriptedTarget(store)
        func scrape(_ row: Int64, series: Int) throws {
            try target.scrape(
                at: start + row * 15_000, (0..<series).map { (["__name__": "m", "i": "\($0)"], "\(row)") })
            try store.writer.performBlocking { _ in }
        }
        try scrape(0, series: 10)
        let connection = try Connection(path: scratch.path, mode: .readOnly)
        var grid = ElementGrid()
        let part = try connection.reading {
            try HeadPart(
                target: target.id,
                blocks: {
                    let blocks = store.registry.blocks(of: target.id)
                    #expect(throws: Never.self) { try scrape(1, series: 300) }
                    return blocks
                }, limit: 240, from: connection, with: encoder, grid: &grid)
        }
        #expect(store.registry.blocks(of: target.id).count == 3 && part.blocks.count == 1)
        _ = try store.writer.performBlocking { try part.store(on: $0, closed: ClosedTimes()) }
        let counts = try store.read([.metric("m")]).map(\.1.count)
        #expect(counts.count { $0 == 2 } == 10 && counts.count { $0 == 1 } == 290, "\(counts)")
        #expect(store.closeHead())
        #expect(try scratch.shell("SELECT count(*) FROM samples WHERE metric = 'm'") == ["310"])
        #expect(try scratch.shell("SELECT count(*) FROM head") == ["0"])
    }
}
