import Model
import Testing

@testable import Store

/// Which series and labels there are, by selectors and by time, wherever the samples lie.
@Suite struct LabelReadingTests {
    private static let hour: Int64 = 3_600_000

    /// Where the samples of a scratch store lie.
    enum Place: String, CaseIterable, Sendable {
        case head
        case chunks
        case file
    }

    /// A store with a target that was there ten hours ago, and one that still is.
    private struct Scene {
        let scratch: Scratch
        let then: Int64
        let now: Int64

        init(_ place: Place) async throws {
            scratch = try Scratch()
            let store = scratch.store
            then = scratch.clock.now()
            var old: ScriptedTarget? = ScriptedTarget(store, name: "old:1")
            let stay = ScriptedTarget(store, name: "stay:1")
            // More than a block, so that it is worth sweeping.
            let many = (0..<130).map { (["__name__": "old", "i": "\($0)", "ä/b": "x"] as Labels, "1") }
            try old?.scrape(at: then, many)
            try stay.scrape(at: then, [(["__name__": "stay", "job": "a"], "1")])
            try await store.flush()
            if place != .head { #expect(store.closeHead()) }
            old?.end()
            old = nil
            for _ in 0..<5 {
                scratch.clock.advance(2 * hour)
                try stay.scrape(
                    at: scratch.clock.now(), [(["__name__": "stay", "job": "a"], "1"), (["__name__": "new"], "1")])
                try await store.flush()
                if place == .file { #expect(store.maintain()) }
            }
            now = scratch.clock.now()
            #expect((store.registry.count == 2) == (place == .file))
        }

        func series(_ selections: [[LabelMatcher]], from: Int64 = 0, to: Int64 = .max) throws -> [Labels] {
            let list = try scratch.store.series(selections, from: from, to: to)
            return try list.labels(in: 0..<list.count)
        }
    }

    @Test(arguments: Place.allCases) func seriesAreFoundByTime(place: Place) async throws {
        let scene = try await Scene(place)
        let (then, now) = (scene.then, scene.now)
        #expect(try scene.series([[.metric("old")]]).count == 130)
        #expect(try scene.series([[.metric("old")]], from: then - 1000, to: then).count == 130)
        #expect(try scene.series([[.metric("old")]], from: then + 1, to: now).isEmpty)
        #expect(try scene.series([[.metric("old")]], from: 0, to: then - 1).isEmpty)
        #expect(try scene.series([[.metric("stay")]], from: then, to: then) == [["__name__": "stay", "job": "a"]])
        #expect(try scene.series([[.metric("stay")]], from: now, to: .max) == [["__name__": "stay", "job": "a"]])
        #expect(try scene.series([[.metric("stay")]], from: then + 1, to: then + Self.hour).isEmpty)
        #expect(try scene.series([[.metric("stay")]], from: now, to: then).isEmpty)
        #expect(try scene.series([[.metric("none")]]).isEmpty)
    }

    @Test(arguments: Place.allCases) func selectionsAreAlternatives(place: Place) async throws {
        let scene = try await Scene(place)
        let both: [[LabelMatcher]] = [
            [.metric("old"), LabelMatcher("i", .matches, "7|8")], [LabelMatcher("i", .equal, "7")], [.metric("stay")],
        ]
        #expect(
            try scene.series(both) == [
                ["__name__": "old", "i": "7", "ä/b": "x"], ["__name__": "old", "i": "8", "ä/b": "x"],
                ["__name__": "stay", "job": "a"],
            ])
        #expect(try scene.series([]).count == 132)
    }

    @Test(arguments: Place.allCases) func namesAndValuesAreThoseOfTheSelected(place: Place) async throws {
        let scene = try await Scene(place)
        let (store, then, now) = (scene.scratch.store, scene.then, scene.now)
        #expect(try store.labelNames([], from: .min, to: .max) == ["__name__", "i", "job", "ä/b"])
        #expect(try store.labelNames([[.metric("stay")]], from: .min, to: .max) == ["__name__", "job"])
        #expect(
            try store.labelNames([[.metric("stay")], [.metric("old")]], from: then, to: then)
                == ["__name__", "i", "job", "ä/b"])
        #expect(try store.labelNames([], from: now - 1000, to: now) == ["__name__", "job"])
        #expect(try store.labelNames([[.metric("old")]], from: now - 1000, to: now) == [])

        #expect(try store.labelValues("__name__", [], from: .min, to: .max) == ["new", "old", "stay"])
        #expect(try store.labelValues("__name__", [], from: now, to: now) == ["new", "stay"])
        #expect(try store.labelValues("ä/b", [], from: then, to: now) == ["x"])
        #expect(
            try store.labelValues("i", [[LabelMatcher("i", .matches, "1.")]], from: then, to: now)
                == (10...19).map(String.init))
        #expect(try store.labelValues("i", [[.metric("stay")]], from: then, to: now) == [])
        #expect(try store.labelValues("none", [], from: then, to: now) == [])
    }

    @Test func samplesByThemselvesCount() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let time = scratch.clock.now()
        try target.append([(["__name__": "loose"], time - 50_000, 1)])
        func isThere(_ from: Int64, _ to: Int64) throws -> Bool {
            try scratch.store.series([[.metric("loose")]], from: from, to: to).count == 1
        }
        try await scratch.store.flush()
        for _ in 0..<2 {
            #expect(try isThere(time - 50_000, time - 50_000))
            #expect(try !isThere(time - 49_999, time))
            #expect(try !isThere(time - 90_000, time - 50_001))
            // First it lies by itself, then in a chunk.
            #expect(scratch.store.closeHead())
        }
    }

    @Test func whatWaitsInMemoryCounts() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let time = scratch.clock.now()
        try target.scrape(at: time, [(["__name__": "m"], "1")])
        try await scratch.store.flush()
        let lock = try Connection(path: scratch.path, mode: .readWrite)
        try lock.execute("BEGIN IMMEDIATE")
        try target.scrape(at: time + 60_000, [(["__name__": "m"], "2")])
        try target.append([(["__name__": "m"], time + 70_000, 1)])
        await #expect(throws: (any Error).self) { try await scratch.store.flush() }
        for (from, to, wanted) in [(60_000, 60_000, 1), (70_000, 80_000, 1), (60_001, 69_999, 0), (70_001, 99_999, 0)] {
            let found = try scratch.store.series([[.metric("m")]], from: time + Int64(from), to: time + Int64(to))
            #expect(found.count == wanted, "\(from) to \(to)")
        }
        try lock.execute("ROLLBACK")
    }

    @Test func metadataIsToldByFamilyAndTarget() async throws {
        let scratch = try Scratch()
        let a = ScriptedTarget(scratch.store, name: "a:1")
        let b = ScriptedTarget(scratch.store, name: "b:1")
        try a.scrape(
            at: scratch.clock.now(),
            [(["__name__": "requests_total", "code": "200"], "1"), (["__name__": "up"], "1")])
        try b.scrape(
            at: scratch.clock.now(),
            [(["__name__": "sizes_bucket", "le": "+Inf"], "1"), (["__name__": "requests_total"], "1")])
        let batch = WriteBatch()
        let requests = FamilyMetadata(family: "requests", type: "counter", help: "All \"requests\".", unit: "")
        let sizes = FamilyMetadata(family: "sizes", type: "histogram", help: "", unit: "bytes")
        batch.add([sizes, requests, FamilyMetadata(family: "nobody_has_it", type: "gauge", help: "", unit: "")])
        scratch.store.write(batch)
        try await scratch.store.flush()
        #expect(try scratch.store.metadata().map(\.family) == ["nobody_has_it", "requests", "sizes"])
        #expect(try scratch.store.metadata(of: "requests") == [requests])
        #expect(try scratch.store.metadata(of: "requests_total") == [])
        let all = try scratch.store.metadataByTarget()
        #expect(all.map(\.target.target.instance) == ["a:1", "b:1"])
        #expect(all.map(\.families) == [[requests], [requests, sizes]])
        #expect(try scratch.store.metadataByTarget(of: "sizes").map(\.families) == [[], [sizes]])
        b.end()
        try await scratch.store.flush()
        #expect(try scratch.store.metadataByTarget().map(\.target.target.instance) == ["a:1"])
    }
}
