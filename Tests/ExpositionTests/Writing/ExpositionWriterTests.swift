import Model
import Testing

@testable import Exposition

@Suite("Writing expositions")
struct ExpositionWriterTests {
    /// One of each kind.
    private func write(_ writer: ExpositionWriter) -> String {
        var writer = writer
        writer.family("http_requests_total", .counter, help: "Total \"requests\",\nback\\slash.")
        writer.sample(
            "http_requests_total", [Label("code", "200"), Label("path", "a\"b\\c\nd{}")], 1027,
            timestamp: 1_395_066_363_250)
        writer.created("http_requests_total", [Label("code", "200")], 1_395_066_000_000)
        writer.family("odd", .counter, help: "A counter without its suffix.")
        writer.sample("odd", 3)
        writer.family("duration_seconds", .histogram, help: "Durations.", unit: "seconds")
        writer.sample(
            "duration_seconds_bucket", [Label("le", "1")], 2,
            exemplar: Exemplar(labels: ["trace": "t"], value: 0.5, timestamp: 1500))
        writer.sample("duration_seconds_bucket", [Label("le", "+Inf")], 2_000_000)
        writer.sample("duration_seconds_count", 2_000_000)
        writer.sample("duration_seconds_sum", 3)
        writer.family("build_info", .info, help: "")
        writer.sample("build_info", [Label("version", "1")], 1)
        writer.family("my.metric", .unknown, help: "Quoted.")
        writer.sample("my.metric", [Label("label.x", "v"), Label("1st", "w")], .infinity)
        writer.sample(["__name__": "plain", "a": "b"], -0.001, timestamp: -1050)
        writer.finish()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("in the text format")
    func text() {
        #expect(
            write(ExpositionWriter(format: .text)) == """
                # HELP http_requests_total Total "requests",\\nback\\\\slash.
                # TYPE http_requests_total counter
                http_requests_total{code="200",path="a\\"b\\\\c\\nd{}"} 1027 1395066363250
                # HELP odd A counter without its suffix.
                # TYPE odd counter
                odd 3
                # HELP duration_seconds Durations.
                # TYPE duration_seconds histogram
                duration_seconds_bucket{le="1"} 2
                duration_seconds_bucket{le="+Inf"} 2e+06
                duration_seconds_count 2e+06
                duration_seconds_sum 3
                # TYPE build_info gauge
                build_info{version="1"} 1
                # HELP "my.metric" Quoted.
                # TYPE "my.metric" untyped
                {"my.metric","label.x"="v","1st"="w"} +Inf
                plain{a="b"} -0.001 -1050

                """)
    }

    @Test("in OpenMetrics")
    func openMetrics() {
        #expect(
            write(ExpositionWriter(format: .openMetrics)) == """
                # HELP http_requests Total \\"requests\\",\\nback\\\\slash.
                # TYPE http_requests counter
                http_requests_total{code="200",path="a\\"b\\\\c\\nd{}"} 1027.0 1395066363.25
                http_requests_created{code="200"} 1395066000
                # HELP odd A counter without its suffix.
                # TYPE odd unknown
                odd 3.0
                # HELP duration_seconds Durations.
                # TYPE duration_seconds histogram
                # UNIT duration_seconds seconds
                duration_seconds_bucket{le="1.0"} 2 # {trace="t"} 0.5 1.5
                duration_seconds_bucket{le="+Inf"} 2000000
                duration_seconds_count 2000000
                duration_seconds_sum 3.0
                # TYPE build info
                build_info{version="1"} 1.0
                # HELP "my.metric" Quoted.
                # TYPE "my.metric" unknown
                {"my.metric","label.x"="v","1st"="w"} +Inf
                plain{a="b"} -0.001 -1.05
                # EOF

                """)
    }

    @Test("for clients that cannot read names in quotes")
    func underscores() {
        var writer = ExpositionWriter(names: .underscores)
        writer.family("my.metric:x", .gauge, help: "")
        writer.sample("my.metric:x", [Label("label.x:y", "v"), Label("1st", "w")], 1)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == """
                # TYPE my_metric:x gauge
                my_metric:x{label_x_y="v",_st="w"} 1

                """)
    }

    @Test("What is written in OpenMetrics is valid")
    func valid() {
        let text = write(ExpositionWriter(format: .openMetrics))
        let problems = PaddedBytes.lend(Array(text.utf8)) { checkExposition($0, format: .openMetrics) }
        #expect(problems.filter { $0.severity == .error } == [])
    }

    @Test("Whatever stands in labels comes back as it was", arguments: [ExpositionFormat.text, .openMetrics])
    func roundTrip(format: ExpositionFormat) throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            var writer = ExpositionWriter(format: format)
            var expected: [(Labels, Double, Int64?)] = []
            for _ in 0..<20 {
                var pairs = [Label(Labels.metricName, random.text(upTo: 12, empty: false))]
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    pairs.append(Label(random.text(upTo: 8, empty: false), random.text(upTo: 40, empty: true)))
                }
                let value = Double(bitPattern: random.next())
                let timestamp =
                    Bool.random(using: &random) ? Int64.random(in: 0...4_000_000_000_000, using: &random) : nil
                // Names that come up twice are one label.
                let labels = Labels(pairs)
                guard !labels.metric.isEmpty else { continue }
                expected.append((labels, value, timestamp))
                writer.sample(labels, value, timestamp: timestamp)
            }
            writer.finish()
            try PaddedBytes.lend(writer.bytes) { body in
                var reader = ExpositionReader(body, format: format, mode: .strict)
                for (labels, value, timestamp) in expected {
                    let event = try #require(try reader.next())
                    #expect(try readSeries(body[event.text]) == labels)
                    let read = try #require(readNumber(body[event.value])).double
                    #expect(read == value || (read.isNaN && value.isNaN))
                    #expect(event.timestamp == timestamp)
                }
                #expect(try reader.next() == nil)
            }
        }
    }
}

/// A generator with a seed, so that a failing case comes again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A text of characters that are likely to break something.
    mutating func text(upTo length: Int, empty: Bool) -> String {
        let alphabet: [Character] = [
            "a", "Z", "_", ":", "9", "\"", "\\", "\n", "{", "}", "=", ",", "#", " ", "\t", "\r", "\u{0}", "n", "\u{e9}",
            "\u{2603}",
            "\u{1f600}", "\u{301}", "'", "\u{7f}",
        ]
        let count = Int.random(in: (empty ? 0 : 1)...length, using: &self)
        return String((0..<count).map { _ in alphabet.randomElement(using: &self) ?? "a" })
    }
}
