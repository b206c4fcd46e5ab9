import Testing

@testable import Instruments

@Suite("Registry")
struct RegistryTests {
    @Test func familiesComeInTheOrderOfRegistration() {
        let registry = Registry()
        let scrapes = registry.counters("vedette_scrapes_total", "Scrapes.", by: ["outcome"])
        registry.gauge("vedette_build_info", "Version.", labels: [("version", "1")]).set(1)
        registry.histogram("vedette_store_write_seconds", "Writes.", buckets: [1]).observe(seconds: 2)
        registry.counter("vedette_bytes_total", "Bytes.", unit: "bytes", labels: [("direction", "in")]).increment()
        registry.counter("vedette_bytes_total", "Bytes.", unit: "bytes", labels: [("direction", "out")]) { 7 }
        scrapes.with("ok").increment()

        let families = registry.snapshots()
        #expect(
            families.map(\.name) == [
                "vedette_scrapes_total", "vedette_build_info", "vedette_store_write_seconds", "vedette_bytes_total",
            ])
        #expect(families.map(\.type) == [.counter, .gauge, .histogram, .counter])
        #expect(families.map(\.help) == ["Scrapes.", "Version.", "Writes.", "Bytes."])
        #expect(families.map(\.unit) == [nil, nil, "seconds", "bytes"])
        #expect(
            families.flatMap(\.samples).map(line) == [
                "vedette_scrapes_total{outcome=ok} 1.0", "vedette_build_info{version=1} 1.0",
                "vedette_store_write_seconds_bucket{le=1.0} 0.0", "vedette_store_write_seconds_bucket{le=+Inf} 1.0",
                "vedette_store_write_seconds_sum{} 2.0", "vedette_store_write_seconds_count{} 1.0",
                "vedette_bytes_total{direction=in} 1.0", "vedette_bytes_total{direction=out} 7.0",
            ])
    }

    @Test func aFamilyWithoutChildrenIsThereWithoutSamples() {
        let registry = Registry()
        _ = registry.gauges("vedette_targets", "Targets.", by: ["state"])
        #expect(registry.snapshots().map(\.name) == ["vedette_targets"])
        #expect(registry.snapshots().flatMap(\.samples).isEmpty)
    }

    @Test func readingsAreTakenWhenAsked() {
        let registry = Registry()
        let asked = Counter()
        registry.gauge("vedette_store_bytes", "Size.", unit: "bytes") {
            asked.increment()
            return Double(asked.value)
        }
        registry.gauges("vedette_queue", "Queue.", by: ["name"]) { [(["a"], 1), (["b"], Double(asked.value))] }
        #expect(asked.value == 0)
        #expect(registry.snapshots().flatMap(\.samples).map(\.value) == [1, 1, 1])
        #expect(registry.snapshots().flatMap(\.samples).map(\.value) == [2, 1, 2])
    }

    @Test func aReadingMayRegister() {
        // A lock held while reading would stand still here.
        let registry = Registry()
        let readings = Counter()
        registry.gauge("vedette_first", "Registers another one when it is first read.") {
            readings.increment()
            if readings.value == 1 { registry.gauge("vedette_second", "Registered late.").set(1) }
            return 0
        }
        #expect(registry.snapshots().map(\.name) == ["vedette_first"])
        #expect(registry.snapshots().map(\.name) == ["vedette_first", "vedette_second"])
    }

    @Test(
        arguments: [
            ("vedette_a_total", InstrumentType.counter, nil, [], nil),
            ("vedette_a_bytes_total", .counter, "bytes", ["job"], nil),
            ("vedette_a_seconds", .histogram, "seconds", [], nil),
            ("vedette_build_info", .gauge, nil, ["version"], nil),
            ("vedette_a", .counter, nil, [], "end in _total"),
            ("vedette_a_total", .gauge, nil, [], "end in _total"),
            ("vedette_a_seconds_total", .histogram, "seconds", [], "end in _total"),
            ("vedette_a", .histogram, "seconds", [], "its unit"),
            ("vedette_a_ms", .gauge, "seconds", [], "its unit"),
            ("vedette_a_count", .gauge, nil, [], "parts of a histogram"),
            ("Vedette", .gauge, nil, [], "lower_snake_case"),
            ("1vedette", .gauge, nil, [], "lower_snake_case"),
            ("vedette-a", .gauge, nil, [], "lower_snake_case"),
            ("", .gauge, nil, [], "lower_snake_case"),
            ("vedette_a", .gauge, nil, ["le"], "label le"),
            ("vedette_a", .gauge, nil, ["__name__"], "label __name__"),
            ("vedette_a", .gauge, nil, ["Job"], "label Job"),
            ("vedette_a", .gauge, nil, ["job", "job"], "label twice"),
        ] as [(String, InstrumentType, String?, [String], String?)])
    func namesAreChecked(name: String, type: InstrumentType, unit: String?, labels: [String], want: String?) {
        let complaint = complaint(about: name, type, unit: unit, labels: labels)
        #expect((complaint == nil) == (want == nil))
        if let complaint, let want { #expect(complaint.contains(want)) }
    }

    @Test func aWrongNameStopsTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = Registry().counter("vedette_scrapes", "Scrapes.") }
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            registry.gauge("vedette_a", "A.").set(1)
            registry.gauge("vedette_a", "A.").set(1)
        }
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            registry.gauge("vedette_a", "A.").set(1)
            registry.gauge("vedette_a", "B.", labels: [("a", "b")]).set(1)
        }
        await #expect(processExitsWith: .failure) { _ = Histogram(buckets: [1, 1]) }
    }
}
