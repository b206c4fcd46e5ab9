import Foundation
import Model
import Testing

@testable import Store

@Suite struct RoundTripTests {
    /// Values whose every bit has to come back, each as it may be scraped.
    static let texts = [
        "0", "1", "-1", "12.34", "0.1", "-0.5", "1e3", "1.5e+09", "1e-7", "123456789012345", "9007199254740991",
        "9007199254740993", "0.1234567890123456", "0.30000000000000004", "3.141592653589793", "2.2250738585072014e-308",
        "4.9406564584124654e-324", "1.7976931348623157e+308", "1e22", "1e23", "123456.7890", "00012", "+5", ".5", "5.",
        "1e300", "-1e-300", "0.000000000000000000000123", "18446744073709551615", "1.0", "99.990",
    ]

    @Test(arguments: [false, true])
    func everyBitComesBack(closed: Bool) async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let start = scratch.clock.now()
        for (index, text) in Self.texts.enumerated() {
            // One series with everything in it, and one that always has the same value.
            try target.scrape(
                at: start + Int64(index) * 15_000,
                [(["__name__": "mixed", "job": "test"], text), (["__name__": "same", "v": text], text)])
        }
        try await scratch.store.flush()
        if closed { #expect(scratch.store.closeHead()) }

        let expected = Self.texts.map { Double($0) ?? strtod($0, nil) }
        let mixed = try scratch.store.read([.metric("mixed")])
        #expect(mixed.count == 1)
        #expect(mixed.first?.0 == ["__name__": "mixed", "job": "test"])
        let samples = mixed.first?.1.filter { !isStale($0.value) } ?? []
        #expect(samples.map(\.value.bitPattern) == expected.map(\.bitPattern))
        #expect(samples.map(\.timestamp) == expected.indices.map { start + Int64($0) * 15_000 })

        // The stock shell computes the same doubles: compared by their difference from a literal of 17 digits, which
        // is 0 only for the same number.
        let shown = try scratch.shell("SELECT printf('%!.17g', value) FROM samples WHERE metric = 'mixed' ORDER BY ts")
        #expect(shown.count == expected.count)
        for (text, value) in zip(shown, expected) {
            // SQLite of this version prints no more than about 15 exact digits of extreme numbers.
            let shownValue = Double(text) ?? .nan
            #expect(abs(shownValue - value) <= abs(value) * 4e-16 || shownValue == value, "\(text) for \(value)")
        }
    }

    @Test func specialValues() async throws {
        let scratch = try Scratch()
        let target = ScriptedTarget(scratch.store)
        let start = scratch.clock.now()
        let series: Labels = ["__name__": "odd"]
        for (index, text) in ["NaN", "+Inf", "-Inf", "-0", "7"].enumerated() {
            try target.scrape(at: start + Int64(index) * 1000, [(series, text)])
        }
        try target.scrape(at: start + 5000, [])
        for closed in [false, true] {
            try await scratch.store.flush()
            if closed { #expect(scratch.store.closeHead()) }
            let values = try scratch.store.read([.metric("odd")]).first?.1.map(\.value) ?? []
            try #require(values.count == 6)
            #expect(values[0].isNaN && !isStale(values[0]))
            #expect(values[1...2].elementsEqual([.infinity, -.infinity]))
            #expect(values[3].sign == .minus && values[3] == 0)
            #expect(values[4] == 7)
            #expect(isStale(values[5]))
            let shell = try scratch.shell("SELECT value FROM samples WHERE metric = 'odd' ORDER BY ts")
            #expect(shell == ["", "Inf", "-Inf", shell.count > 3 ? shell[3] : "", "7.0"])
        }
    }

    @Test func manySeriesOverManyRows() async throws {
        let scratch = try Scratch()
        let start = scratch.clock.now()
        var expected: [String: [Double]] = [:]
        var random = SystemRandomNumberGenerator()
        for name in ["a:1", "b:1", "c:1"] {
            let target = ScriptedTarget(scratch.store, name: name)
            var counters = [Int](repeating: 0, count: 300)
            for row in 0..<50 {
                var values: [(Labels, String)] = []
                for series in 0..<300 {
                    counters[series] += Int.random(in: 0..<1000, using: &random)
                    let text = series % 3 == 0 ? "\(Double(counters[series]) / 100)" : "\(counters[series])"
                    values.append((["__name__": "m\(series % 10)", "i": "\(series)", "instance": name], text))
                    expected["\(name) \(series)", default: []].append(Double(text) ?? .nan)
                }
                try target.scrape(at: start + Int64(row) * 15_000, values)
            }
        }
        for stage in ["head", "chunks", "reopened"] {
            try await scratch.store.flush()
            if stage == "chunks" { #expect(scratch.store.closeHead()) }
            if stage == "reopened" { try scratch.reopen() }
            let found = try scratch.store.read([LabelMatcher("instance", .matches, "a.*|b.*|c:1")])
            #expect(found.count == 900)
            for (labels, samples) in found {
                #expect(
                    samples.map(\.value) == expected["\(labels["instance"] ?? "") \(labels["i"] ?? "")"], "\(stage)")
            }
            #expect(try scratch.store.read([.metric("m3"), LabelMatcher("instance", .equal, "b:1")]).count == 30)
            #expect(try scratch.shell("SELECT count(*) FROM samples WHERE metric = 'm3'") == ["4500"])
            #expect(try scratch.shell("PRAGMA integrity_check") == ["ok"])
        }
    }
}
