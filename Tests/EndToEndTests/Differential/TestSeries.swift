/// An hour of series of all kinds, as OpenMetrics text: counters with resets and gaps, a gauge with NaN, histograms, infos.
/// Samples lie a quarter of a second behind multiples of 15 s, where no end of a window falls on them.
struct TestSeries {
    static let points = 240
    static let step = 15
    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func openMetrics() -> String {
        var families: [String: [String]] = [:]
        func add(_ name: String, _ labels: String, _ values: [Double?]) {
            for (index, value) in values.enumerated() {
                guard let value else { continue }
                families[name, default: []].append(
                    "\(name){\(labels)} \(value.isNaN ? "NaN" : "\(value)") \(index * Self.step).25")
            }
        }
        for job in ["api", "web"] {
            for instance in ["a", "b", "c"] {
                let labels = "job=\"\(job)\",instance=\"\(instance)\""
                add("requests_total", labels + ",code=\"200\"", counter(resets: true))
                var errors = counter(resets: false)
                // One that ends.
                if instance == "c" { for index in 100..<Self.points { errors[index] = nil } }
                add("requests_total", labels + ",code=\"500\"", errors)
                add("temperature", labels, gauge())
                for (bound, values) in histogram() {
                    add("latency_seconds_bucket", labels + ",le=\"\(bound)\"", values)
                }
            }
        }
        for instance in ["a", "b"] {
            add(
                "info", "instance=\"\(instance)\",version=\"v\(instance)\",zone=\"z1\"",
                Array(repeating: 1, count: Self.points))
        }
        add("sparse", "job=\"api\"", (0..<Self.points).map { $0 % 25 < 2 ? Double($0) : nil })
        // Ten seconds from zero at its first sample.
        add("fresh_total", "job=\"api\"", (0..<Self.points).map { Double(2 + 3 * $0) })
        var text = ""
        for name in families.keys.sorted() {
            text += "# TYPE \(name) unknown\n" + (families[name] ?? []).joined(separator: "\n") + "\n"
        }
        return text + "# EOF\n"
    }

    private mutating func counter(resets: Bool) -> [Double?] {
        var value = Double(Int.random(in: 0...1000, using: &random))
        return (0..<Self.points).map { _ in
            value += Double(Int.random(in: 0...20, using: &random))
            if resets, random.happens(0.02) { value = Double(Int.random(in: 0...5, using: &random)) }
            return random.happens(0.03) ? nil : value
        }
    }

    private mutating func gauge() -> [Double?] {
        var value = 50.0
        return (0..<Self.points).map { _ in
            value += Double(Int.random(in: -5000...5000, using: &random)) / 1000
            return random.happens(0.01) ? .nan : (value * 1000).rounded() / 1000
        }
    }

    private mutating func histogram() -> [(bound: String, values: [Double?])] {
        // Far from zero, to which rates of 2.42 are carried back otherwise than those of 3.
        var counts = [10_000.0, 20_000, 30_000, 40_000]
        var columns: [[Double?]] = [[], [], [], []]
        for _ in 0..<Self.points {
            var increase = 0.0
            for bucket in counts.indices {
                increase += Double(Int.random(in: 0...3, using: &random))
                counts[bucket] += increase
                columns[bucket].append(counts[bucket])
            }
        }
        return Array(zip(["0.1", "0.5", "1", "+Inf"], columns))
    }
}
