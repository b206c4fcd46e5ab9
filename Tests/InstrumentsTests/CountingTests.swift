import Testing

@testable import Instruments

/// The samples of an instrument as text, a line each.
func lines(_ instrument: some Instrument, _ labels: InstrumentLabels = []) -> [String] {
    var samples: [InstrumentSample] = []
    instrument.appendSamples("x", labels, to: &samples)
    return samples.map(line)
}

/// A sample as text, without the escapes of the real formats.
func line(_ sample: InstrumentSample) -> String {
    "\(sample.name){\(sample.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ","))} \(sample.value)"
}

@Suite("Counting")
struct CountingTests {
    @Test func aCounterCounts() {
        let counter = Counter()
        counter.increment()
        counter.increment(by: 41)
        counter.increment(by: 0)
        #expect(counter.value == 42)
        #expect(lines(counter, [("a", "b")]) == ["x{a=b} 42.0"])
    }

    @Test func aGaugeGoesUpAndDown() {
        let gauge = Gauge()
        #expect(gauge.value == 0)
        gauge.set(3)
        gauge.add(2)
        gauge.add(-0.5)
        #expect(gauge.value == 4.5)
        gauge.set(true)
        #expect(gauge.value == 1)
        gauge.set(-.infinity)
        #expect(lines(gauge) == ["x{} -inf"])
    }

    @Test func nothingIsLostBetweenThreads() async {
        let counter = Counter()
        let gauge = Gauge()
        let histogram = Histogram(buckets: [0.001])
        let family = CounterFamily(labels: ["n"]) { Counter() }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for index in 0..<5000 {
                        counter.increment()
                        gauge.add(0.5)
                        histogram.observe(nanoseconds: index % 2 == 0 ? 1000 : 2_000_000)
                        family.with("\(index % 7)").increment()
                    }
                }
            }
        }
        #expect(counter.value == 20_000)
        #expect(gauge.value == 10_000)
        #expect(histogram.count == 20_000)
        #expect(abs(histogram.sumSeconds - 20.01) < 1e-9)
        #expect((0..<7).reduce(0) { $0 + family.with("\($1)").value } == 20_000)
        #expect(lines(family).count == 7)
    }
}

@Suite("Histogram")
struct HistogramTests {
    @Test(arguments: [
        (0.0, [1, 1, 1]), (0.01, [1, 1, 1]), (0.010000001, [0, 1, 1]), (1.0, [0, 1, 1]), (1.5, [0, 0, 1]),
        (-3.0, [1, 1, 1]), (.nan, [1, 1, 1]), (.infinity, [0, 0, 1]), (1e300, [0, 0, 1]),
    ])
    func boundsAreInclusive(seconds: Double, want: [Double]) {
        let histogram = Histogram(buckets: [0.01, 1])
        histogram.observe(seconds: seconds)
        var samples: [InstrumentSample] = []
        histogram.appendSamples("x", [], to: &samples)
        #expect(samples.prefix(3).map(\.value) == want)
        #expect(samples.last?.value == 1)
    }

    @Test func itShowsCumulativeBucketsSumAndCount() {
        let histogram = Histogram(buckets: [0.01, 1])
        for seconds in [0.005, 0.5, 0.25, 4] { histogram.observe(seconds: seconds) }
        #expect(
            lines(histogram, [("a", "b")]) == [
                "x_bucket{a=b,le=0.01} 1.0", "x_bucket{a=b,le=1.0} 3.0", "x_bucket{a=b,le=+Inf} 4.0",
                "x_sum{a=b} 4.755", "x_count{a=b} 4.0",
            ])
    }
}

@Suite("Labelled family")
struct LabelledFamilyTests {
    @Test func aChildIsMadeOnceAndKept() {
        let family = CounterFamily(labels: ["outcome"]) { Counter() }
        family.with("ok").increment()
        family.with("failed").increment(by: 2)
        #expect(family.with("ok") === family.with("ok"))
        #expect(lines(family, [("job", "a")]) == ["x{job=a,outcome=ok} 1.0", "x{job=a,outcome=failed} 2.0"])
    }

    @Test func differentBytesAreDifferentChildren() {
        // The same letter to a reader, and to Swift's `==`: composed, and as e with a combining accent.
        let family = GaugeFamily(labels: ["a", "b"]) { Gauge() }
        #expect(family.with("\u{e9}", "") !== family.with("e\u{301}", ""))
        #expect(family.with("a", "bc") !== family.with("ab", "c"))
        #expect(lines(family).count == 4)
    }
}
