import Exposition
import Model
import Patterns
import Store
import Testing

@testable import Collectors

/// What bodies become in a store. Times are seconds since the first scrape; a scrape comes every 15 seconds.
@Suite struct SampleIntakeTests {
    @Test func theUsualBodyIsReadOnce() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        let first = target.take("# TYPE a counter\na{n=\"1\"} 1\nb 2\n")
        #expect((first.scraped, first.relabelled, first.kept, first.added) == (2, 2, 2, 2))
        #expect(target.intake.layout.isComplete)
        let second = target.take("# TYPE a counter\na{n=\"1\"} 1.5e3\nb NaN\n")
        #expect((second.scraped, second.relabelled, second.kept, second.added) == (2, 2, 2, 0))
        #expect(
            try await bench.everything() == [
                "a{n=\"1\"}": ["0:1", "15:1500"], "b": ["0:2", "15:NaN"], "up": ["0:1", "15:1"],
                "scrape_duration_seconds": ["0:0.25", "15:0.25"], "scrape_samples_scraped": ["0:2", "15:2"],
                "scrape_samples_post_metric_relabeling": ["0:2", "15:2"], "scrape_series_added": ["0:2", "15:0"],
            ])
    }

    @Test func flipsBetweenLayoutsLoseNothing() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        for turn in 0..<9 {
            switch turn % 3 {
            case 0: target.take("a \(turn)\nb 1\nc 2\n")
            case 1: target.take("c 2\na \(turn)\nb 1\n")
            default: target.take("only 1\na \(turn)\n")
            }
        }
        let found = try await bench.everything()
        #expect(found["a"] == (0..<9).map { "\($0 * 15):\($0)" })
        #expect(
            found["b"] == ["0:1", "15:1", "30:stale", "45:1", "60:1", "75:stale", "90:1", "105:1", "120:stale"])
        #expect(found["only"] == ["30:1", "45:stale", "75:1", "90:stale", "120:1"])
        // Only the last scrape's texts are remembered, as Prometheus does it.
        #expect(
            found["scrape_series_added"] == [
                "0:3", "15:0", "30:1", "45:2", "60:0", "75:1", "90:2", "105:0", "120:1",
            ])
    }

    @Test func theFirstOfTwoCounts() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        for turn in 1...2 {
            let outcome = target.take("a 1\nb 5\na 2\na{} 3\n")
            #expect(outcome.note == "2 samples left out; duplicate sample")
            #expect((outcome.scraped, outcome.kept) == (4, 4))
            // Counted in every scrape, not only where the body was read.
            #expect(bench.dropped(.duplicate) == Double(2 * turn))
        }
        #expect(try await bench.everything("a") == ["a": ["0:1", "15:1"]])
    }

    /// An answer of nothing but short lines is read up to some number of them: what is gathered for each would fill the memory.
    @Test func moreSamplesThanAnAnswerMayHaveAreLeftOut() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.intake.mostSamples = 2
        for turn in 1...2 {
            let outcome = target.take("a 1\nb 2\nc 3\nd 4\n")
            #expect(outcome.failure == nil)
            #expect((outcome.scraped, outcome.kept) == (2, 2))
            #expect(outcome.note == "more than 2 samples in an answer: from c on they were left out")
            #expect(bench.dropped(.sampleLimit) == Double(turn))
        }
        #expect(try await bench.everything("b") == ["b": ["0:2", "15:2"]])
        #expect(try await bench.everything("c") == [:])
        target.take("a 1\nb 2\n")
        target.reconfigure { $0.limits.action = .failScrape }
        target.intake.mostSamples = 2
        #expect(target.take("a 1\nb 2\nc 3\n").failure?.contains("more than 2 samples") == true)
    }

    // MARK: Ends

    @Test func aSeriesAScrapeAndATargetEnd() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\nb 1\n")
        target.take("a 1\n")
        target.fail("refused")
        target.fail("refused")
        let back = target.take("a 2\n")
        #expect(back.added == 0)
        target.end()
        let found = try await bench.everything()
        #expect(found["a"] == ["0:1", "15:1", "30:stale", "60:2", "75:stale"])
        #expect(found["b"] == ["0:1", "15:stale"])
        #expect(found["up"] == ["0:1", "15:1", "30:0", "45:0", "60:1", "75:stale"])
        #expect(found["scrape_samples_scraped"] == ["0:2", "15:1", "30:0", "45:0", "60:1", "75:stale"])
        #expect(found["scrape_duration_seconds"]?.last == "75:stale")
    }

    @Test(arguments: [
        ("garbage", "a 1\n<html>\n", ExpositionFormat.text), ("late", "a 2\nb 1\nc {{{\n", .text),
        ("not a number", "a one\n", .text), ("no end", "a 1\n", .openMetrics), ("nothing", "", .openMetrics),
        ("no name", "{n=\"1\"} 1\n", .text), ("twice", "a{n=\"1\",n=\"1\"} 1\n", .text),
        ("own time", "a 1 x\n", .text),
    ])
    func aBadBodyFailsWhole(name: String, body: String, format: ExpositionFormat) async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take(format == .text ? "a 1\n" : "a 1\n# EOF\n", format)
        let outcome = body.isEmpty ? target.takeNothing(format) : target.take(body, format)
        #expect(outcome.failure != nil)
        #expect(outcome.kept == 0)
        let found = try await bench.everything()
        #expect(found["a"] == ["0:1", "15:stale"])
        #expect(found["up"] == ["0:1", "15:0"])
        #expect(found["b"] == nil)
    }

    /// Garbage must not leave series behind that never had a sample.
    @Test func aBadBodyLeavesNoSeries() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.fail("the reports are there")
        try await bench.store.flush()
        let before = bench.registry.value("vedette_store_series")
        for turn in 0..<20 { target.take("a{n=\"\(turn)\"} 1\nb{{\n") }
        #expect(bench.registry.value("vedette_store_series") == before)
    }

    @Test func whatWasReadOfABadBodyIsReported() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\nb 1\nc {{{\n")
        #expect(try await bench.everything("scrape_samples_scraped") == ["scrape_samples_scraped": ["0:2"]])
    }

    @Test func nothingIsAnAnswer() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\n")
        for _ in 0..<2 { #expect(target.takeNothing().failure == nil) }
        target.take("a 1\n")
        let found = try await bench.everything()
        #expect(found["a"] == ["0:1", "15:stale", "45:1"])
        #expect(found["up"] == ["0:1", "15:1", "30:1", "45:1"])
    }

    /// A token where a number was: the layout fits, and the body is bad nevertheless.
    @Test func aWordInANumbersPlace() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\nb 2\n")
        #expect(target.take("a 1\nb two\n").failure != nil)
        target.take("a 3\nb 4\n")
        #expect(try await bench.everything("a") == ["a": ["0:1", "15:stale", "30:3"]])
    }

    // MARK: Limits

    private let ten = (0..<10).map { "a{n=\"\($0)\"} \($0)\n" }.joined()

    @Test func overTheLimitTheRestIsKept() async throws {
        let bench = try IntakeBench()
        let target = bench.intake { $0.limits.samples = 4 }
        for turn in 1...3 {
            let outcome = target.take(ten)
            #expect(outcome.failure == nil)
            #expect((outcome.scraped, outcome.relabelled, outcome.kept) == (10, 10, 4))
            #expect(outcome.note == "6 samples left out; sample_limit 4 exceeded: a{n=\"4\"}")
            #expect(bench.dropped(.sampleLimit) == Double(6 * turn))
        }
        let found = try await bench.everything()
        #expect(found.keys.filter { $0.hasPrefix("a{") }.count == 4)
        #expect(found["up"] == ["0:1", "15:1", "30:1"])
        #expect(found["scrape_series_added"] == ["0:4", "15:0", "30:0"])
        // What is over the limit is not even given a number.
        #expect(bench.registry.value("vedette_store_series") == 9)
    }

    @Test func overTheLimitTheScrapeFailsWhereThatIsWanted() async throws {
        let bench = try IntakeBench()
        let target = bench.intake { ($0.limits.samples, $0.limits.action) = (4, .failScrape) }
        target.take("a{n=\"0\"} 1\nown 1 \(dawn)\n")
        for _ in 0..<2 {
            let outcome = target.take(ten + "own 2 \(dawn + 1000)\n")
            #expect(outcome.failure == "sample_limit 4 exceeded: a{n=\"4\"}")
        }
        let found = try await bench.everything()
        #expect(found["a{n=\"0\"}"] == ["0:1", "15:stale"])
        #expect(found["a{n=\"1\"}"] == nil)
        #expect(found["own"] == ["0:1"])
        #expect(found["up"] == ["0:1", "15:0", "30:0"])
        #expect(found["scrape_samples_scraped"] == ["0:2", "15:11", "30:11"])
        #expect(found["scrape_samples_post_metric_relabeling"] == ["0:2", "15:11", "30:11"])
    }

    @Test func labelsOverTheLimit() async throws {
        let bench = try IntakeBench()
        let target = bench.intake { $0.limits.labels = 4 }
        for turn in 1...2 {
            let outcome = target.take("a 1\nb{x=\"1\",y=\"2\"} 1\n")
            #expect(outcome.note == "1 samples left out; label_limit 4 exceeded: 5 labels: b{x=\"1\",y=\"2\"}")
            #expect(bench.dropped(.labelLimit) == Double(turn))
        }
        #expect(try await bench.everything("b").isEmpty)
    }

    @Test func relabellingDropsSilently() async throws {
        let bench = try IntakeBench()
        let rule = try RelabelRule(action: .drop, sourceLabels: ["n"], regex: RegularExpression("[0-5]"))
        let target = bench.intake { ($0.metricRelabelRules, $0.limits.samples) = ([rule], 4) }
        for _ in 0..<2 {
            let outcome = target.take(ten)
            #expect((outcome.scraped, outcome.relabelled, outcome.kept, outcome.note) == (10, 4, 4, ""))
        }
        #expect(try await bench.everything("scrape_samples_post_metric_relabeling").values.first == ["0:4", "15:4"])
    }

    // MARK: Samples with times of their own

    @Test func timesOfTheirOwnCount() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        func body(_ value: Int, _ seconds: Int64) -> String { "a \(value) \(dawn + seconds * 1000)\nb \(value)\n" }
        target.take(body(1, -20))
        target.take(body(1, -20))  // the same again is nothing new
        target.take(body(2, 10))
        target.take(body(3, 5))  // late, and stored in its place
        target.take(body(4, 24 * 3600))  // far in the future
        target.take(body(5, 70))
        let found = try await bench.everything()
        #expect(found["a"] == ["-20:1", "5:3", "10:2", "70:5"])
        #expect(found["b"] == (0..<6).map { "\($0 * 15):\([1, 1, 2, 3, 4, 5][$0])" })
        #expect(bench.dropped(.future) == 1)
        #expect(bench.dropped(.duplicate) == 0)
        #expect(bench.instruments.outOfOrder.value == 1)
        #expect(found["scrape_series_added"]?.first == "0:2")
    }

    @Test func timesOfTheirOwnInOneScrape() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1 \(dawn)\na 2 \(dawn + 1000)\na 3 \(dawn + 1000)\n")
        #expect(try await bench.everything("a") == ["a": ["0:1", "1:2"]])
        #expect(bench.dropped(.duplicate) == 1)
    }

    @Test func timesBeforeTheEpochAreOutOfRange() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        #expect(
            target.take("a 1 -5\n# EOF\n", .openMetrics).note.hasPrefix("1 samples left out; timestamp out of range"))
        #expect(bench.dropped(.outOfRange) == 1)
    }

    @Test func timesOfTheirOwnMayBeIgnored() async throws {
        let bench = try IntakeBench()
        let target = bench.intake { $0.honorTimestamps = false }
        for turn in 0..<3 {
            target.take("a \(turn) \(dawn - 1000 * Int64(turn))\nb 1\n")
            // Such bodies are as quick as others.
            #expect(target.intake.layout.isComplete)
        }
        #expect(target.take("a 3 nonsense\nb 1\n").failure != nil)
        #expect(try await bench.everything("a") == ["a": ["0:0", "15:1", "30:2", "45:stale"]])
    }

    @Test func timesInOpenMetricsAreSeconds() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1 \(dawn / 1000 - 5).25\n# EOF\n", .openMetrics)
        #expect(try await bench.everything("a") == ["a": ["-4.75:1"]])
    }

    @Test(arguments: [false, true]) func seriesWithTimesOfTheirOwnEnd(tracked: Bool) async throws {
        let bench = try IntakeBench()
        let target = bench.intake { $0.trackTimestampsStaleness = tracked }
        target.take("a 1 \(dawn)\nb 1 \(dawn)\n")
        target.take("a 2 \(dawn + 15_000)\nc 1\n")
        target.fail("refused")
        target.take("a 3 \(dawn + 45_000)\n")
        target.end()
        let found = try await bench.everything()
        #expect(
            found["a"]
                == (tracked
                    ? ["0:1", "15:2", "30:stale", "45:3", "60:stale"] : ["0:1", "15:2", "45:3"]))
        #expect(found["b"] == (tracked ? ["0:1", "15:stale"] : ["0:1"]))
        #expect(found["c"] == ["15:1", "30:stale"])
    }

    // MARK: Formats and metadata

    @Test func theFormatIsPartOfTheLayout() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\n# EOF\n", .openMetrics)
        target.take("a 2\n# EOF\n")
        target.take("a 3\n# EOF\n", .openMetrics)
        #expect(try await bench.everything("a") == ["a": ["0:1", "15:2", "30:3"]])
    }

    @Test func metadataIsToldOnce() throws {
        let bench = try IntakeBench()
        let memory = bench.store.metadata
        let one = FamilyMetadata(family: "a", type: "counter", help: "A.", unit: "")
        let other = FamilyMetadata(family: "a", type: "counter", help: "B.", unit: "")
        #expect(memory.news(among: [one]) == [one])
        #expect(memory.news(among: [one]).isEmpty)
        #expect(memory.news(among: [other]) == [other])
    }

    // MARK: Changes

    @Test func anotherConfigurationEndsOnlyWhatItDrops() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        target.take("a 1\nb 1\n")
        let rule = try RelabelRule(action: .drop, sourceLabels: ["__name__"], regex: RegularExpression("b"))
        target.reconfigure { $0.metricRelabelRules = [rule] }
        target.take("a 2\nb 2\n")
        // Nothing that labels go by changes: the series are known.
        target.reconfigure { $0.timeout = 7 }
        #expect(target.take("a 3\nb 3\n").added == 0)
        let found = try await bench.everything()
        #expect(found["a"] == ["0:1", "15:2", "30:3"])
        #expect(found["b"] == ["0:1", "15:stale"])
        #expect(found["up"] == ["0:1", "15:1", "30:1"])
    }

    /// A target with another URL and the labels of one before it: its series lie with the other for a while.
    @Test func seriesOfAnotherTargetsBlockAreWrittenToo() async throws {
        let bench = try IntakeBench()
        var before: HandScraped? = bench.intake()
        before?.take("a 1\nb 1\n")
        before?.end()
        before = nil
        let target = bench.intake(url: "http://i/other")
        target.wait(45_000)
        target.take("a 2\nb 2\n")
        target.take("a 3\n")
        target.fail("refused")
        let found = try await bench.everything()
        #expect(found["a"] == ["0:1", "15:stale", "45:2", "60:3", "75:stale"])
        #expect(found["b"] == ["0:1", "15:stale", "45:2", "60:stale"])
        #expect(found["up"] == ["0:1", "15:stale", "45:1", "60:1", "75:0"])
        // In the end they move to where they are written.
        #expect(target.intake.appender.hasForeignSeries)
        bench.store.closeHead()
        target.wait(600_000)
        let outcome = target.take("a 4\n")
        #expect(!target.intake.appender.hasForeignSeries)
        #expect(outcome.added == 0)
        target.take("a 5\n")
        #expect(try await bench.everything("a")["a"]?.suffix(2) == ["690:4", "705:5"])
        #expect(try await bench.everything("up")["up"]?.suffix(2) == ["690:1", "705:1"])
    }

    @Test func aReportWinsOverASampleOfItsName() async throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        for _ in 0..<2 { target.take("up 7\na 1\n") }
        #expect(try await bench.everything("up") == ["up": ["0:1", "15:1"]])
    }

    // MARK: Memory

    @Test func littleIsKeptOfATarget() throws {
        let bench = try IntakeBench()
        let target = bench.intake()
        let line = { (number: Int) in "some_metric_with_a_name_total{path=\"/api/v1/thing/\(number)\",code=\"200\"} " }
        for turn in 0..<3 {
            target.take((0..<1000).map { "\(line($0))\($0 * turn)\n" }.joined())
        }
        let text = (0..<1000).reduce(0) { $0 + line($1).utf8.count + 1 }
        #expect(target.intake.byteCount < text + 31 * 1000, "\(target.intake.byteCount) of \(text)")
    }
}
