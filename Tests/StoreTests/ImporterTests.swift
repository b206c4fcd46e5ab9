import Logging
import Model
import Testing

@testable import Store

/// An importer on a file in a folder of its own; both go with it.
private final class ImportScratch {
    let folder: String
    let path: String
    private var importer: Importer
    private let gathered: Int

    init(gathered: Int = 1 << 16) throws {
        folder = try makeFolder()
        path = folder + "/test.db"
        self.gathered = gathered
        importer = try Self.open(path, gathered)
    }

    deinit {
        importer.close()
        removeFolder(folder)
    }

    private static func open(_ path: String, _ gathered: Int) throws -> Importer {
        try Importer(path: path, options: Store.Options(), logger: Logger(level: .error), gathered: gathered)
    }

    /// Imports samples as a text would be, and commits whenever that is needed; returns how many were new.
    @discardableResult
    func add(_ samples: some Sequence<(Labels, Int64, Double)>) throws -> Int {
        var numbers: [Labels: Int64] = [:]
        var added = 0
        for (labels, time, value) in samples {
            let number = try numbers[labels] ?? importer.series(labels, at: time)
            numbers[labels] = number
            if importer.isFull { added += try importer.commit { _ in nil } }
            let token = Array("\(value)".utf8).withUnsafeBytes { readNumber($0) } ?? .other(value)
            importer.add(number, at: time, token)
        }
        return try added + importer.commit { _ in nil }
    }

    /// Closes the file, lets `body` have it, and opens it again.
    func between(_ body: () throws -> Void) throws {
        importer.close()
        try body()
        importer = try Self.open(path, gathered)
    }

    func shell(_ sql: String) throws -> [String] { try askShell(path, sql) }

    /// What the view `samples` says, and what a reader finds: both must be just this.
    func expect(_ wanted: [Labels: [Int64: Double]], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let source = try StoredSeries(path: path)
        defer { source.close() }
        var read: [Labels: [Int64: Double]] = [:]
        let cursor = try source.select([], from: 0, to: .max)
        while try cursor.next() {
            let labels = try cursor.labels
            try cursor.withSamples { times, values in
                if !times.isEmpty { read[labels] = Dictionary(uniqueKeysWithValues: zip(times, values)) }
            }
        }
        cursor.close()
        #expect(read == wanted, sourceLocation: sourceLocation)
        let sum = wanted.values.reduce(0) { $0 + $1.count }
        #expect(try shell("SELECT count(*) FROM samples") == ["\(sum)"], sourceLocation: sourceLocation)
    }
}

private func name(_ index: Int, instance: String = "a") -> Labels {
    ["__name__": "m", "index": "\(index)", "instance": instance, "job": "test"]
}

private func sorted(_ samples: [(Labels, Int64, Double)]) -> [Labels: [Int64: Double]] {
    var found: [Labels: [Int64: Double]] = [:]
    for (labels, time, value) in samples where found[labels]?[time] == nil { found[labels, default: [:]][time] = value }
    return found
}

@Suite struct ImporterTests {
    private static let start: Int64 = 1_700_000_000_000

    /// 150 series, in two blocks, over three windows, whatever order they come in and however little is gathered at once.
    @Test(arguments: ["series", "time", "random", "backwards"], [4096, 1 << 16])
    func everyOrderIsStored(order: String, gathered: Int) throws {
        var samples: [(Labels, Int64, Double)] = []
        for index in 0..<150 {
            for step in 0..<30 {
                samples.append((name(index), Self.start + Int64(step) * 480_000, Double(index * 1000 + step) / 4))
            }
        }
        var random = SeededGenerator(7)
        switch order {
        case "time": samples.sort { $0.1 < $1.1 }
        case "random": samples.shuffle(using: &random)
        case "backwards": samples.reverse()
        default: break
        }
        let scratch = try ImportScratch(gathered: gathered)
        #expect(try scratch.add(samples) == samples.count)
        try scratch.expect(sorted(samples))
        #expect(try scratch.shell("SELECT (SELECT count(*) FROM head), (SELECT count(*) FROM loose)") == ["0|0"])
        // The same again adds nothing.
        #expect(try scratch.add(samples) == 0)
        try scratch.expect(sorted(samples))
    }

    @Test func ofTwoSamplesOfATimeTheFirstCounts() throws {
        let scratch = try ImportScratch()
        let time = Self.start
        #expect(try scratch.add([(name(1), time, 1), (name(1), time, 2), (name(1), time + 5, 3)]) == 2)
        #expect(try scratch.add([(name(1), time + 5, 4), (name(1), time + 7, 5), (name(2), time + 5, 6)]) == 2)
        try scratch.expect([name(1): [time: 1, time + 5: 3, time + 7: 5], name(2): [time + 5: 6]])
    }

    /// A part that was scraped may begin in the window before.
    @Test func whatWasScrapedStays() async throws {
        let scratch = try Scratch(now: Self.start) { $0.closesByItself = false }
        let windowEnd = (window(of: Self.start) + 1) * windowMilliseconds
        let target = ScriptedTarget(scratch.store)
        let labels: Labels = ["__name__": "m", "instance": "a:1", "job": "test"]
        for step in -3...3 { try target.scrape(at: windowEnd + Int64(step) * 1000, [(labels, "\(step)")]) }
        try await scratch.store.flush()
        let number = try scratch.shell("SELECT series_id FROM series WHERE metric = 'm'")
        try scratch.reopen {
            let importer = try Importer(path: scratch.path, logger: Logger(level: .error))
            defer { importer.close() }
            let series = try importer.series(labels, at: windowEnd)
            // The series keeps its number, and its block its target.
            #expect(["\(series)"] == number)
            for half in -8...8 { importer.add(series, at: windowEnd + Int64(half) * 500, .other(77)) }
            #expect(try importer.commit { _ in nil } == 10)
        }
        #expect(try scratch.shell("SELECT target_id FROM blocks") == ["1"])
        #expect(
            try scratch.shell("SELECT ts - \(windowEnd), value FROM samples WHERE metric = 'm' ORDER BY ts")
                == (-8...8).map { $0 % 2 == 0 && $0.magnitude <= 6 ? "\($0 * 500)|\($0 / 2).0" : "\($0 * 500)|77.0" })
        // Scraping goes on in the same block.
        let again = ScriptedTarget(scratch.store)
        try again.scrape(at: windowEnd + 5000, [(labels, "5")])
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        #expect(
            try scratch.shell("SELECT value FROM samples WHERE metric = 'm' AND ts = \(windowEnd + 5000)") == ["5.0"])
    }

    /// Series of an instance have their block to themselves, and a target that is scraped later takes it over.
    @Test func anInstanceHasBlocksOfItsOwn() async throws {
        let scratch = try Scratch(now: Self.start) { $0.closesByItself = false }
        try scratch.reopen {
            let importer = try Importer(path: scratch.path, logger: Logger(level: .error))
            defer { importer.close() }
            for (index, instance) in ["a:1", "b:1", "a:1"].enumerated() {
                importer.add(try importer.series(name(index, instance: instance), at: 5), at: 5, .other(1))
            }
            _ = try importer.commit { _ in nil }
        }
        #expect(try scratch.shell("SELECT count(*) FROM blocks") == ["2"])
        #expect(
            try scratch.shell("SELECT job, instance, state FROM targets ORDER BY 2") == [
                "test|a:1|gone", "test|b:1|gone",
            ])
        #expect(try scratch.shell("SELECT count(*) FROM scrape_targets") == ["0"])
        let target = ScriptedTarget(scratch.store)
        try target.scrape(
            at: Self.start, [(name(0, instance: "a:1"), "1"), (name(2, instance: "a:1"), "2")])
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT count(*) FROM head") == ["1"])
        #expect(try scratch.shell("SELECT count(*) FROM loose") == ["0"])
        let rows = try scratch.shell("SELECT labels ->> 'index', ts FROM samples WHERE metric = 'm' ORDER BY 1, 2")
        #expect(rows == ["0|5", "0|\(Self.start)", "1|5", "2|5", "2|\(Self.start)"])
    }

    /// Each series has times of its own: no part may be a grid of all of them.
    @Test func seriesWithoutCommonTimesAreKeptApart() throws {
        let scratch = try ImportScratch()
        var samples: [(Labels, Int64, Double)] = []
        for index in 0..<60 {
            for step in 0..<200 { samples.append((name(index), Self.start + Int64(step * 15_000 + index * 7), 1)) }
        }
        #expect(try scratch.add(samples) == samples.count)
        try scratch.expect(sorted(samples))
        // Two at a time share a grid, which is half full then.
        #expect(try scratch.shell("SELECT max(count) <= 400 FROM chunks") == ["1"])
    }

    /// Hundreds of commits into one window: its parts are merged in time.
    @Test func manyPartsAreMerged() throws {
        let scratch = try ImportScratch()
        var samples: [(Labels, Int64, Double)] = []
        let begin = window(of: Self.start) * windowMilliseconds
        for step in 0..<600 {
            let new = [(name(step % 128), begin + Int64(step) * 1000, Double(step))]
            samples += new
            try scratch.add(new)
        }
        try scratch.expect(sorted(samples))
        let parts = try scratch.shell("SELECT count(*) FROM chunks").first.flatMap { Int($0) }
        #expect((parts ?? 999) < 64)
        #expect(try scratch.add(samples) == 0)
    }

    /// More times in a window than a part has rows.
    @Test func aDenseWindowHasSeveralParts() throws {
        let scratch = try ImportScratch()
        let begin = window(of: Self.start) * windowMilliseconds
        let samples = (0..<5000).map { (name(1), begin + Int64($0) * 7, Double($0)) }
        #expect(try scratch.add(samples) == 5000)
        try scratch.expect(sorted(samples))
        #expect(try scratch.shell("SELECT count(*), max(count) FROM chunks") == ["3|2048"])
    }

    @Test func theBlockLivesAsLongAsItsSamples() throws {
        let scratch = try ImportScratch()
        try scratch.add([(name(1), 3 * windowMilliseconds, 1), (name(1), 9 * windowMilliseconds, 1)])
        #expect(try scratch.shell("SELECT last_window FROM blocks") == ["9"])
    }

    /// The place in the file stands in the same transaction as the samples before it.
    @Test func progressIsCommittedWithTheSamples() throws {
        let scratch = try Scratch()
        var reached = ImportProgress()
        reached.position = 17
        reached.line = 3
        try scratch.reopen {
            let importer = try Importer(path: scratch.path, logger: Logger(level: .error))
            importer.add(try importer.series(name(1), at: 5), at: 5, .other(1))
            #expect(try importer.progress(of: "file") == nil)
            _ = try importer.commit { added in
                reached.added = added
                return (reached, of: "file")
            }
            // This one is not committed.
            importer.add(try importer.series(name(2), at: 5), at: 5, .other(1))
            importer.close()
            let next = try Importer(path: scratch.path, logger: Logger(level: .error))
            #expect(try next.progress(of: "file") == reached)
            #expect(reached.added == 1)
            try next.finish("file")
            #expect(try next.progress(of: "file") == nil)
            next.close()
        }
        #expect(try scratch.shell("SELECT metric, labels ->> 'index' FROM series") == ["m|1"])
    }

    @Test func whatIsKnownOfAFamilyStands() throws {
        let scratch = try Scratch()
        try scratch.reopen {
            let importer = try Importer(path: scratch.path, logger: Logger(level: .error))
            defer { importer.close() }
            importer.note(FamilyMetadata(family: "m", type: "gauge", help: "", unit: ""))
            _ = try importer.commit { _ in nil }
            importer.note(FamilyMetadata(family: "m", type: "counter", help: "New.", unit: "seconds"))
            _ = try importer.commit { _ in nil }
        }
        #expect(try scratch.shell("SELECT * FROM metadata") == ["m|gauge|New.|seconds"])
    }

    @Test func aStoreInUseIsRefused() throws {
        let scratch = try Scratch()
        #expect(throws: UserError("cannot open \(scratch.path): another vedette is using it")) {
            _ = try Importer(path: scratch.path, logger: Logger(level: .error))
        }
    }
}

@Suite struct SortedSeriesTests {
    /// In the order of their labels, whatever their numbers; over more windows than are read at once.
    @Test func seriesComeByTheirLabels() throws {
        let folder = try makeFolder()
        defer { removeFolder(folder) }
        let path = folder + "/test.db"
        let importer = try Importer(path: path, logger: Logger(level: .error))
        var indices = Array(100..<400)
        var random = SeededGenerator(3)
        indices.shuffle(using: &random)
        for index in indices {
            let series = try importer.series(name(index, instance: "\(index % 7)"), at: 0)
            for day in 0..<20 { importer.add(series, at: Int64(day) * 13 * windowMilliseconds, .other(Double(day))) }
        }
        _ = try importer.commit { _ in nil }
        importer.close()
        let source = try StoredSeries(path: path)
        defer { source.close() }
        let sorted = try SortedSeries(source, [], from: 0, to: .max)
        var found: [String] = []
        try sorted.forEach(of: "m") { labels, times, values in
            found.append(labels["index"] ?? "")
            #expect(times.elementsEqual((0..<20).map { $0 * 13 * windowMilliseconds }))
            #expect(values.elementsEqual((0..<20).map(Double.init)))
        }
        #expect(found == (100..<400).map(String.init))
        let few = try SortedSeries(
            source, [LabelMatcher("index", .equal, "150")], from: 13 * windowMilliseconds, to: 26 * windowMilliseconds)
        var counts: [Int] = []
        try few.forEach(of: "m") { _, times, _ in counts.append(times.count) }
        try few.forEach(of: "other") { _, times, _ in counts.append(times.count) }
        #expect(counts == [2])
    }
}
