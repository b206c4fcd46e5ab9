import Model
import Testing

@testable import Exposition

@Suite("Reading OpenMetrics")
struct OpenMetricsReaderTests {
    @Test("A document with everything in it")
    func document() throws {
        let text = """
            # TYPE a_seconds counter
            # UNIT a_seconds seconds
            # HELP a_seconds It's "help" with \\" and \\\\.
            a_seconds_total{x="y"} 1.5 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67 1520879606.5
            a_seconds_created{x="y"} 1520430000.123
            a_seconds_total{} 2 1520879607.7899999 # {} 0.5
            # TYPE h histogram
            h_bucket{le="+Inf"} 3 # {a=" # ",b="}"} 1e3
            {"my.metric","label.x"="v",} NaN -1
            # TYPE "my.info" info
            # EOF
            """
        #expect(
            try readAll(text, .openMetrics) == [
                "1|type|a_seconds|counter", "2|unit|a_seconds|seconds",
                "3|help|a_seconds|It's \"help\" with \\\" and \\\\.",
                "4|sample|a_seconds_total{x=\"y\"}|1.5|@1520879607789|# {trace_id=\"KOO5S4vxi0o\"} 0.67 1520879606.5",
                "5|sample|a_seconds_created{x=\"y\"}|1520430000.123",
                "6|sample|a_seconds_total{}|2|@1520879607789|# {} 0.5",
                "7|type|h|histogram", "8|sample|h_bucket{le=\"+Inf\"}|3|# {a=\" # \",b=\"}\"} 1e3",
                "9|sample|{\"my.metric\",\"label.x\"=\"v\",}|NaN|@-1000", "10|type|\"my.info\"|info",
            ])
    }

    @Test(
        "What Prometheus scrapes",
        arguments: [
            "# EOF", "# EOF\n", "# EOF\r\n", "a 1\n# EOF", "a{b=\"c\",} 1\n# EOF\n", "a 1 1e3\n# EOF\n",
            "# HELP a \n# EOF\n",
            "# UNIT a \n# EOF\n", "a 1\nb{} 1\na 2\n# EOF\n", "# TYPE a counter\na NaN\n# EOF\n",
            "a 1 # {a=\"b\",} 1\n# EOF\n",
            "a 1\r\n# EOF\r\n", "a 0x1p4\n# EOF\n", "a{b=\"\0\"} 1\n# EOF\n",
        ])
    func accepted(text: String) throws {
        _ = try readAll(text, .openMetrics)
    }

    @Test(
        "What Prometheus refuses, and where",
        arguments: [
            ("", 1, 1, "# EOF"), ("a 1", 1, 4, "# EOF"), ("a 1\n", 2, 1, "# EOF"), ("\n# EOF\n", 1, 1, "blank"),
            (" a 1\n# EOF\n", 1, 1, "metric name"), ("a\t1\n# EOF\n", 1, 2, "one space"),
            ("a  1\n# EOF\n", 1, 3, "number"),
            ("a 1\t2\n# EOF\n", 1, 3, "number"), ("a 1 2 \n# EOF\n", 1, 7, "exemplar"),
            ("a 1 2 3\n# EOF\n", 1, 7, "exemplar"),
            ("a 1 NaN\n# EOF\n", 1, 5, "timestamp"), ("a 1 -Inf\n# EOF\n", 1, 5, "timestamp"),
            ("a 1 1_0\n# EOF\n", 1, 5, "timestamp"), ("# EOF\n\n", 2, 1, "follow"), ("# EOF\na 1\n", 2, 1, "follow"),
            ("# EOFx\n", 1, 3, "HELP"), ("# foo\n# EOF\n", 1, 3, "HELP"), ("#foo\n# EOF\n", 1, 1, "HELP"),
            ("#\tTYPE a gauge\n", 1, 1, "HELP"),
            ("# HELP a\n# EOF\n", 1, 9, "text behind"), ("# TYPE a untyped\n# EOF\n", 1, 10, "type"),
            ("# TYPE a gauge \n# EOF\n", 1, 10, "type"), ("# UNIT a seconds\n# EOF\n", 1, 10, "unit"),
            ("# UNIT aseconds seconds\n# EOF\n", 1, 17, "unit"), ("a{b=\"c\"d=\"e\"} 1\n# EOF\n", 1, 8, "\",\" or"),
            ("a{ b=\"c\"} 1\n# EOF\n", 1, 3, "label name"), ("a{b=\"c\n\"} 1\n# EOF\n", 1, 5, "on its line"),
            ("a 1 # {\"b\"} 1\n# EOF\n", 1, 11, "\"=\""), ("a 1 # {b=\"c\"}\n# EOF\n", 1, 14, "one space"),
            ("a 1 # {b=\"c\"} x\n# EOF\n", 1, 15, "number"), ("a 1 # {b=\"c\"} 1 NaN\n# EOF\n", 1, 17, "timestamp"),
            ("a 1 #\n# EOF\n", 1, 5, "exemplar"), ("{b=\"c\"} 1\n# EOF\n", 1, 1, "no metric name"),
        ])
    func refused(text: String, line: Int, column: Int, reason: String) {
        let error = #expect(throws: UserError.self) { try readAll(text, .openMetrics) }
        #expect(error?.place == Place(line: line, column: column), "\(text): \(error as Any)")
        #expect(error?.message.contains(reason) == true, "\(text): \(error as Any)")
    }

    @Test(
        "Times out of this world are times",
        arguments: [
            ("1e30", .max), ("-1e30", .min), ("123456789012345678901234567890", .max), ("0x1p200", .max), ("1e-30", 0),
        ]
            as [(String, Int64)])
    func farTimestamps(token: String, milliseconds: Int64) throws {
        let events = try readAll("a 1 \(token)\n# EOF\n", .openMetrics)
        #expect(events == ["1|sample|a|1|@\(milliseconds)"])
    }

    @Test("Exemplars are taken apart")
    func exemplar() throws {
        let text = "{trace_id=\"a\\\"b\",x=\"\"} 0.67 1520879606.5"
        let exemplar = try withBytes(text) { (bytes: UnsafeRawBufferPointer) throws(UserError) in
            try readExemplar(bytes)
        }
        #expect(exemplar == Exemplar(labels: ["trace_id": "a\"b"], value: 0.67, timestamp: 1_520_879_606_500))
    }
}
