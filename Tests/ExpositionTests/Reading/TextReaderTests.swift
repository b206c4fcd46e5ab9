import Model
import Testing

@testable import Exposition

@Suite("Reading the text format")
struct TextReaderTests {
    @Test("A document with everything in it")
    func document() throws {
        let text = """
            # HELP http_requests_total The total, with \\\\ and \\n.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000
            http_requests_total{method="post",code="400"}    3 1395066363000\u{20}

            # any comment, # EOF is one too
            # EOF
            # UNIT http_requests_total requests
              indented\t{ a = "b" , c="d", } \t-1.5e-3\t
            nan NaN
            inf{x=""} +Inf
            minus -Inf
            hex 0x1p-3
            {"my.metric","label.x"="v",y="z"} 1
            # TYPE "my.metric" gauge
            # HELP "my.metric"
            last 1
            """
        #expect(
            try readAll(text) == [
                "1|help|http_requests_total|The total, with \\\\ and \\n.",
                "2|type|http_requests_total|counter",
                "3|sample|http_requests_total{method=\"post\",code=\"200\"}|1027|@1395066363000",
                "4|sample|http_requests_total{method=\"post\",code=\"400\"}|3|@1395066363000",
                "9|sample|indented\t{ a = \"b\" , c=\"d\", }|-1.5e-3",
                "10|sample|nan|NaN", "11|sample|inf{x=\"\"}|+Inf", "12|sample|minus|-Inf", "13|sample|hex|0x1p-3",
                "14|sample|{\"my.metric\",\"label.x\"=\"v\",y=\"z\"}|1",
                "15|type|\"my.metric\"|gauge", "16|help|\"my.metric\"|", "17|sample|last|1",
            ])
    }

    @Test(
        "What Prometheus scrapes",
        arguments: [
            "", "\n\n", "   \n\t\n", "a 1", "a 1\n", "a\t1\t2\t\n", "a{} 1\n", "a{b=\"c\"}1\n", "a+1\n",
            "a{b=\"c\"d=\"e\"} 1\n",
            "a{b=\"c\",} 1\n", "a{ \"b\" = \"c\" } 1\n", "{\"a\"} 1\n", "{\"a\",} 1\n", "{b=\"c\",\"a\"} 1\n",
            "a{b=\"c\\d\"} 1\n",
            "a{b=\"two\nlines\"} 1\n", "a{b=\"\0\"} 1\n", "#\n", "#HELP\n", "# HELP\n", "# HELPER a\n", "# HELP a\n",
            "# HELP a-b\n",
            "# TYPE a untyped\n", "#  TYPE  a gauge\n", "# UNIT a\n", "a 1 9223372036854775807\n", "a 1e3\n", "a inf\n",
            "a nAn\n",
            "a 0x1p4\n", "a +Infinity\n", "a 1\r\nb 2\r\n# TYPE a gauge\r\n\r\nc 3\r", "a .5\n",
            "a 1_0 \n".replacingUnderscore,
            "# HELP \"a b\" c\n", "a{__name__=\"b\"} 1\n", "a{b=\"\u{2603}\"} 1\n", "# comment \u{ff}\n",
        ])
    func accepted(text: String) throws {
        _ = try readAll(text)
    }

    @Test(
        "What Prometheus refuses, and where",
        arguments: [
            ("a", 1, 2, "expected a number as the value"), ("a b\n", 1, 3, "expected a number"),
            ("9a 1\n", 1, 1, "metric name"),
            ("a 1\nb{c='d'} 1\n", 2, 5, "double quotes"), ("a{b=\n", 1, 5, "double quotes"),
            ("a{b} 1\n", 1, 4, "\"=\""),
            ("a{b=\"\n", 1, 5, "no closing quote"), ("a{=\"\"} 0", 1, 3, "label name"), ("{A}0", 1, 3, "\"=\""),
            ("a{,} 1\n", 1, 3, "comma"), ("a{b=\"c\",,d=\"e\"} 1\n", 1, 9, "comma"),
            ("{b=\"c\"} 1\n", 1, 1, "no metric name"),
            ("{} 1\n", 1, 1, "no metric name"), ("a{\"b\"} 1\n", 1, 4, "second name"),
            ("{\"a\",\"b\"} 1\n", 1, 7, "second name"),
            ("{\"a\", \"b = \"c\"}", 1, 13, "\"=\""), ("a 1 2 3\n", 1, 7, "end of the line"),
            ("a 1 z\n", 1, 5, "timestamp"),
            ("a 1 -5\n", 1, 5, "negative timestamp"), ("a 1 1.5\n", 1, 6, "end of the line"),
            ("a 1_2\n", 1, 3, "number"),
            ("a 1 99999999999999999999\n", 1, 5, "timestamp"), ("a 1 # {b=\"c\"} 1\n", 1, 5, "timestamp"),
            ("a 1{\n", 1, 3, "number"), ("a 1e400\n", 1, 3, "number"), ("a 0x1\n", 1, 3, "number"),
            ("# TYPE #\n", 1, 8, "metric name"), ("# HELP #\n", 1, 8, "metric name"),
            ("# TYPE a\n", 1, 9, "metric type"),
            ("# TYPE a  gauge\n", 1, 10, "metric type"), ("# TYPE a gauge \n", 1, 10, "metric type"),
            ("# TYPE a gaugehistogram\n", 1, 10, "metric type"), ("# TYPE a info\n", 1, 10, "metric type"),
            ("\u{2603}\na 1\n", 1, 1, "byte 0xe2"), ("a{b=\"\u{2603}\"} x\n", 1, 10, "number"),
        ])
    func refused(text: String, line: Int, column: Int, reason: String) {
        let error = #expect(throws: UserError.self) { try readAll(text) }
        #expect(error?.place == Place(line: line, column: column), "\(text): \(error as Any)")
        #expect(error?.message.contains(reason) == true, "\(text): \(error as Any)")
    }

    @Test(
        "Bytes that are not UTF-8",
        arguments: [
            ("a{b=\"", [0xff], "\"} 1\n", 6), ("a{b=\"\u{2603}", [0xc3, 0x28], "\"} 1\n", 7),
            ("{\"", [0xed, 0xa0, 0x80], "\"} 1\n", 3),
            ("# HELP a ", [0xc0, 0x80], "\n", 10), ("# HELP \"", [0xfe], "\" x\n", 9),
        ] as [(String, [UInt8], String, Int)])
    func notUTF8(before: String, bad: [UInt8], after: String, column: Int) {
        let error = #expect(throws: UserError.self) {
            try readAll(bytes: Array("ok 1\n".utf8) + Array(before.utf8) + bad + Array(after.utf8))
        }
        #expect(error?.place == Place(line: 2, column: column))
        #expect(error?.message.contains("UTF-8") == true)
    }

    @Test(
        "What the strict mode refuses beyond that",
        arguments: [
            ("a 1", "does not end with a line feed"), ("a 1\r\n", "carriage return"), ("a{b=\"c\\d\"} 1\n", "escape"),
            ("# HELP a \\x\n", "escape"), ("a{b=\"c\"d=\"e\"} 1\n", "\",\" or \"}\""),
            ("a{b=\"two\nlines\"} 1\n", "on its line"),
            ("a 0x1p4\n", "number"), ("# HELP a-b\n", "text behind the name"), ("# x\r\n", "carriage return"),
        ])
    func strict(text: String, reason: String) {
        let error = #expect(throws: UserError.self) { try readAll(text, .text, .strict) }
        #expect(error?.message.contains(reason) == true, "\(text): \(error as Any)")
    }

    @Test("Lines are counted through quoted texts that go over several")
    func lines() throws {
        #expect(
            try readAll("a{b=\"x\ny\n\"} 1\nc 2\n") == ["1|sample|a{b=\"x\ny\n\"}|1", "4|sample|c|2"])
    }

    @Test("Nothing is read behind the body, whatever stands there")
    func bounds() {
        // Every prefix of a document, cut in the middle of everything: no event may reach beyond the cut.
        let whole = Array(
            "# HELP a b\n# TYPE a gauge\na{b=\"c\\\"d\",e=\"\u{2603}\"} -12.5e3 1395066363000\n{\"x\",y=\"\"} NaN\r\n"
                .utf8)
        for length in 0...whole.count {
            PaddedBytes.lend(whole.prefix(length)) { body in
                var reader = ExpositionReader(body, format: .text, mode: .salvaging)
                while let event = try? reader.next() {
                    for range in [event.text, event.value, event.timestampToken] where range.upperBound > length {
                        Issue.record("\(event) reaches behind \(length)")
                    }
                }
            }
        }
    }
}

extension String {
    /// `a 1_0` is refused; without its underscore it is a value with a space behind it.
    fileprivate var replacingUnderscore: String { filter { $0 != "_" } }
}
