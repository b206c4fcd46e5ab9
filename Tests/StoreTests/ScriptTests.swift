import Foundation
import Model
import Patterns
import Testing

@testable import Store

/// Random scripts of everything that happens to a store, beside a dictionary that does the same.
@Suite struct ScriptTests {
    @Test(arguments: 1...6) func scriptsEndAsTheDictionaryDoes(seed: Int) async throws {
        try await Script(seed: UInt64(seed), closesByItself: false).run(steps: 160)
    }

    /// The same while the closer works by itself, whenever it likes.
    @Test(arguments: 101...103) func scriptsWhileTheCloserWorks(seed: Int) async throws {
        try await Script(seed: UInt64(seed), closesByItself: true).run(steps: 200)
    }
}

/// What a store ought to hold.
private struct SampleBook {
    struct Entry {
        var bits: UInt64
        /// It lies by itself, and a row takes its place.
        var isLoose: Bool
    }

    var series: [Labels: [Int64: Entry]] = [:]
    /// The times that targets have in the head.
    var headTimes: [String: Set<Int64>] = [:]

    mutating func addLoose(_ labels: Labels, _ time: Int64, _ value: Double) {
        if series[labels]?[time] == nil { series[labels, default: [:]][time] = Entry(bits: bits(value), isLoose: true) }
    }

    mutating func addRow(_ labels: Labels, _ time: Int64, _ value: Double) {
        if let there = series[labels]?[time], !there.isLoose { return }
        series[labels, default: [:]][time] = Entry(bits: bits(value), isLoose: false)
    }

    mutating func close() {
        headTimes = [:]
        for labels in series.keys {
            series[labels] = series[labels]?.mapValues { Entry(bits: $0.bits, isLoose: false) }
        }
    }
}

/// The bytes of a text, for SQL: some names have quotes or a NUL in them.
private func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

private func bits(_ value: Double) -> UInt64 { value.isNaN && !isStale(value) ? notANumber : value.bitPattern }

private final class Script {
    private final class Target {
        let name: String
        var scripted: ScriptedTarget?
        var arranged: [Labels] = []
        var columns: [Labels: TargetAppender.Column] = [:]
        /// Series that owe a stale marker.
        var ending: Set<Labels> = []
        var times: [Int64] = []
        init(_ name: String) { self.name = name }
    }

    private let seed: UInt64
    private let closesByItself: Bool
    private var random: SeededGenerator
    private let scratch: Scratch
    private var book = SampleBook()
    private var lastTime: Int64 = 0
    private var targets = ["a:1", "b:1", "c:1"].map(Target.init)
    private let names = ["m", "metric_two", "näh\"r", "e\u{301}", "\u{e9}", "back\\slash\nline", "nul\u{0}l"]

    init(seed: UInt64, closesByItself: Bool) throws {
        self.seed = seed
        self.closesByItself = closesByItself
        random = SeededGenerator(seed)
        scratch = try Scratch {
            $0.rowsPerPart = closesByItself ? 6 : 1_000_000
            $0.closesByItself = closesByItself
        }
    }

    func run(steps: Int) async throws {
        for step in 0..<steps {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<62: try scrape(target())
            case 62..<68: try loose(target())
            case 68..<70: end(target())
            case 70..<73:
                try await scratch.store.flush()
                #expect(scratch.store.closeHead())
                book.close()
            case 73..<74: try reopen()
            case 74..<76: scratch.clock.advance(Int64.random(in: 0...3, using: &random) * 3_600_000)
            case 76..<77: try await retain()
            default: try await compare("step \(step) of seed \(seed)")
            }
        }
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        book.close()
        try await compare("the end of seed \(seed)")
        #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        let finite = try scratch.shell("SELECT count(*) FROM samples WHERE abs(value) < 1e15").first
        let expected = book.series.values.flatMap(\.values).map { Double(bitPattern: $0.bits) }
        #expect(finite == String(expected.filter { abs($0) < 1e15 }.count))
    }

    private func target() -> Target {
        let target = targets[Int.random(in: 0..<targets.count, using: &random)]
        if target.scripted == nil {
            target.scripted = ScriptedTarget(scratch.store, name: target.name)
            target.arranged = []
            target.columns = [:]
            target.ending = []
        }
        return target
    }

    /// Most series are the target's own; a few are exposed by several targets.
    private func series(_ target: Target) -> Labels {
        let number = Int.random(in: 0..<200, using: &random)
        var labels: Labels = ["__name__": names[number % names.count], "i": "\(number)"]
        if number % 20 != 0 { labels.set("instance", target.name) }
        if number % 3 == 0 { labels.set("third", "yes") }
        return labels
    }

    private func text() -> String {
        switch Int.random(in: 0..<16, using: &random) {
        case 0: "NaN"
        case 1: ["+Inf", "-Inf"][Int.random(in: 0...1, using: &random)]
        case 2: "-0"
        case 3: "\(Double(bitPattern: random.next() & 0xbfef_ffff_ffff_ffff))"
        case 4: "\(Double.random(in: -1...1, using: &random))"
        case 5: "\(Int64.random(in: -(1 << 54)...(1 << 54), using: &random))"
        case 6...8: "\(Double(Int.random(in: 0...100_000, using: &random)) / 100)"
        case 9: "\(Int.random(in: 1...9, using: &random))e\(Int.random(in: -30...30, using: &random))"
        default: "\(Int.random(in: 0...1_000_000, using: &random))"
        }
    }

    private func time(_ target: Target) -> Int64 {
        scratch.clock.advance(Int64.random(in: 0...2, using: &random) * 7_500)
        let now = scratch.clock.now()
        if closesByItself {
            // What becomes of a second sample of a time depends on whether the first one has been closed: no such here.
            lastTime += 1
            return now / 10_000 * 10_000 + lastTime % 10_000
        }
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return target.times.randomElement(using: &random) ?? now
        case 1: return now - Int64.random(in: 0...4_000_000, using: &random)
        default: return now
        }
    }

    private func scrape(_ target: Target) throws {
        guard let scripted = target.scripted else { return }
        if target.arranged.isEmpty || Int.random(in: 0..<8, using: &random) == 0 {
            let count = Int.random(in: 0...160, using: &random)
            var chosen = Set(target.arranged.filter { _ in Bool.random(using: &random) })
            for _ in 0..<count { chosen.insert(series(target)) }
            // A set's order differs from run to run.
            let before = Set(target.arranged).union(target.ending)
            target.arranged = chosen.sorted()
            target.ending = before.subtracting(chosen)
        }
        let time = time(target)
        target.times.append(time)
        let values = target.arranged.map { ($0, text()) }
        let columns = try scripted.scrape(at: time, values)
        for (labels, column) in zip(target.arranged, columns) { target.columns[labels] = column }
        let isSecond = !book.headTimes[target.name, default: []].insert(time).inserted
        for (labels, text) in values {
            let value = Double(text) ?? strtod(text, nil)
            if target.columns[labels]?.isForeign == true {
                book.addLoose(labels, time, value)
            } else if !isSecond {
                book.addRow(labels, time, value)
            }
        }
        for labels in target.ending {
            if target.columns[labels]?.isForeign == true {
                book.addLoose(labels, time, staleMarker)
            } else if !isSecond {
                book.addRow(labels, time, staleMarker)
            }
        }
        target.ending = []
    }

    private func loose(_ target: Target) throws {
        var samples: [(Labels, Int64, Double)] = []
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            lastTime += 1
            let past = scratch.clock.now() - Int64.random(in: 0...400, using: &random) * 15_001
            let time = closesByItself ? past / 10_000 * 10_000 + lastTime % 10_000 : past
            samples.append((series(target), time, Double.random(in: 0...1000, using: &random)))
        }
        try target.scripted?.append(samples)
        for (labels, time, value) in samples { book.addLoose(labels, time, value) }
    }

    private func end(_ target: Target) {
        target.scripted?.end()
        target.scripted = nil
    }

    private func reopen() throws {
        for target in targets { target.scripted = nil }
        try scratch.reopen()
    }

    private func retain() async throws {
        try await scratch.store.flush()
        #expect(scratch.store.closeHead())
        book.close()
        let limit = Int64.random(in: 2...20, using: &random) * 3_600_000
        scratch.store.setRetention(RetentionLimits(milliseconds: limit, bytes: nil))
        #expect(scratch.store.maintain())
        scratch.store.setRetention(.standard)
        // Whole windows go: what is younger than the limit stays, what is much older is gone.
        let oldest = scratch.clock.now() - limit
        let found = try scratch.store.view()
        for (labels, samples) in book.series {
            for (time, entry) in samples {
                let isFound = isStale(Double(bitPattern: entry.bits)) || found[labels]?[time] != nil
                if time >= oldest { #expect(isFound, "\(labels) at \(time) was taken too early, seed \(seed)") }
                if time < oldest - 3 * windowMilliseconds, !isStale(Double(bitPattern: entry.bits)) {
                    #expect(!isFound, "\(labels) at \(time) was left, seed \(seed)")
                }
            }
        }
        let kept = try scratch.store.read([LabelMatcher("__name__", .notEqual, "")])
        book.series = [:]
        for (labels, samples) in kept where !samples.isEmpty {
            for sample in samples {
                book.series[labels, default: [:]][sample.timestamp] = .init(bits: bits(sample.value), isLoose: false)
            }
        }
    }

    private func compare(_ place: String) async throws {
        try await scratch.store.flush()
        let matchers = selector()
        let compiled = try matchers.map { try CompiledMatcher($0) }
        let now = scratch.clock.now()
        let isWhole = Bool.random(using: &random)
        let from = isWhole ? 0 : now - Int64.random(in: 0...20_000_000, using: &random)
        let to = isWhole ? Int64.max : from + Int64.random(in: 0...10_000_000, using: &random)
        var expected: [Labels: [Int64: UInt64]] = [:]
        for (labels, samples) in book.series where compiled.allSatisfy({ $0.accepts(labels[$0.matcher.name] ?? "") }) {
            let within = samples.filter { $0.key >= from && $0.key <= to }.mapValues(\.bits)
            if !within.isEmpty { expected[labels] = within }
        }
        var found: [Labels: [Int64: UInt64]] = [:]
        for (labels, samples) in try scratch.store.read(matchers, from: from, to: to) where !samples.isEmpty {
            #expect(found[labels] == nil, "\(labels) came twice, \(place)")
            found[labels] = Dictionary(uniqueKeysWithValues: samples.map { ($0.timestamp, bits($0.value)) })
            #expect(samples.map(\.timestamp) == samples.map(\.timestamp).sorted())
        }
        let isSame = found == expected
        try #require(isSame, "\(matchers) \(from)...\(to), \(place): \(difference(found, expected))")
        if isWhole {
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            let seen = try scratch.store.view("metric = CAST(x'\(hex(name))' AS TEXT)")
            var all: [Labels: [Int64: UInt64]] = [:]
            for (labels, samples) in book.series where sameBytes(labels.metric, name) {
                let shown = samples.mapValues(\.bits).filter { !isStale(Double(bitPattern: $0.value)) }
                if !shown.isEmpty { all[labels] = shown }
            }
            let isSeen = seen == all
            try #require(isSeen, "the view, \(place): \(difference(seen, all))")
        }
    }

    private func difference(_ found: [Labels: [Int64: UInt64]], _ expected: [Labels: [Int64: UInt64]]) -> String {
        for labels in Set(found.keys).union(expected.keys) where found[labels] != expected[labels] {
            for time in Set((found[labels] ?? [:]).keys).union((expected[labels] ?? [:]).keys).sorted() {
                let (a, b) = (found[labels]?[time], expected[labels]?[time])
                func shown(_ bits: UInt64?) -> String { bits.map { "\(Double(bitPattern: $0))" } ?? "nothing" }
                if a != b { return "\(labels) at \(time) is \(shown(a)), not \(shown(b))" }
            }
        }
        return "the same"
    }

    private func selector() -> [LabelMatcher] {
        let all: [LabelMatcher] = [
            .metric(names[Int.random(in: 0..<names.count, using: &random)]),
            LabelMatcher("__name__", .matches, "m.*|e.*"),
            LabelMatcher("i", .matches, "1.*"), LabelMatcher("i", .notMatches, "[0-9]*[05]"),
            LabelMatcher("instance", .equal, "a:1"), LabelMatcher("instance", .notEqual, "a:1"),
            LabelMatcher("instance", .equal, ""), LabelMatcher("third", .equal, ""),
            LabelMatcher("third", .notEqual, ""),
            LabelMatcher("third", .matches, "yes|"), LabelMatcher("nowhere", .notMatches, ".+"),
            LabelMatcher("nowhere", .matches, ".+"),
        ]
        return (0..<Int.random(in: 0...3, using: &random)).map { _ in all[Int.random(in: 0..<all.count, using: &random)]
        }
    }
}
