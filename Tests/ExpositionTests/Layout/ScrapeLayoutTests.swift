import Model
import Testing

@testable import Exposition

/// A layout of a text, and what it makes of others.
private struct Scraped {
    private(set) var layout = ScrapeLayout()
    private(set) var tokens: [SampleToken] = []

    init(_ text: String, _ format: ExpositionFormat = .text) throws {
        try PaddedBytes.lend(Array(text.utf8)) { body in
            var reader = ExpositionReader(body, format: format)
            layout.begin()
            while let event = try reader.next() { layout.record(event, of: body) }
            layout.complete(body)
        }
    }

    /// The values, with `@` and the timestamp where there is one; nil when the text does not match.
    mutating func match(_ text: String) -> [String]? {
        PaddedBytes.lend(Array(text.utf8)) { body in
            guard layout.match(body, into: &tokens) else { return nil }
            return tokens.map { token in
                let value = String(decoding: token.value(in: body), as: UTF8.self)
                let time = String(decoding: token.timestamp(in: body), as: UTF8.self)
                return time.isEmpty ? value : "\(value)@\(time)"
            }
        }
    }
}

@Suite("Layouts of scrapes")
struct ScrapeLayoutTests {
    private static let first = """
        # HELP a Something.
        # TYPE a counter
        a{b="c"} 1
        a{b="d"}  2\u{20}

        # a comment
        e NaN
        # the end

        """

    @Test("Other values are found where they stand")
    func values() throws {
        var scraped = try Scraped(Self.first)
        #expect(scraped.match(Self.first) == ["1", "2", "NaN"])
        let longer = Self.first.replacing(" 1\n", with: " 1234567.89012345\n").replacing("NaN", with: "-1e+06")
        #expect(scraped.match(longer) == ["1234567.89012345", "2", "-1e+06"])
        #expect(scraped.match(Self.first) == ["1", "2", "NaN"])
    }

    @Test(
        "Anything else that differs is a mismatch",
        arguments: [
            ("Something", "Nothing"), ("b=\"d\"", "b=\"x\""), ("  2", " 2"), ("# the end\n", ""),
            ("# the end\n", "# the end\nf 1\n"),
            ("# the end\n", "# the end"), ("e NaN\n", ""), ("e NaN", "e "), ("e NaN", "e NaN 5"),
            ("e NaN\n", "e NaN\r\n"), ("a{b=\"c\"} 1\n", ""),
            ("# HELP", "\n# HELP"),
        ])
    func mismatch(what: String, with other: String) throws {
        var scraped = try Scraped(Self.first)
        #expect(scraped.match(Self.first.replacing(what, with: other)) == nil)
        #expect(scraped.match("") == nil)
        #expect(scraped.match(Self.first) != nil)
    }

    @Test("Timestamps may change too")
    func timestamps() throws {
        var scraped = try Scraped("a 1 1000\nb 2\nc 3  3000 \n")
        #expect(scraped.match("a 10 1000000\nb 20\nc 30  4000 \n") == ["10@1000000", "20", "30@4000"])
        #expect(scraped.match("a 10\nb 20\nc 30  4000 \n") == nil)
        #expect(scraped.match("a 10 1\nb 20 1\nc 30  4000 \n") == nil)
    }

    @Test("OpenMetrics, with and without exemplars that change")
    func openMetrics() throws {
        let text = "# TYPE a counter\na_total 1 1.5 # {t=\"x\"} 0.5\nb 2\n# EOF"
        var scraped = try Scraped(text, .openMetrics)
        #expect(scraped.match("# TYPE a counter\na_total 22 2.5 # {t=\"x\"} 0.5\nb 3\n# EOF") == ["22@2.5", "3"])
        #expect(scraped.match("# TYPE a counter\na_total 22 2.5 # {t=\"y\"} 0.5\nb 3\n# EOF") == nil)
        #expect(scraped.match("# TYPE a counter\na_total 22 2.5 # {t=\"x\"} 0.5\nb 3\n# EOF\n") == nil)
    }

    @Test("A missing line feed at the end belongs to the layout")
    func noFinalNewline() throws {
        var scraped = try Scraped("a 1")
        #expect(scraped.match("a 234") == ["234"])
        #expect(scraped.match("a 234\n") == nil)
        #expect(scraped.match("a ") == nil)
        #expect(scraped.match("a") == nil)
    }

    @Test("A body without samples")
    func empty() throws {
        var scraped = try Scraped("# nothing\n")
        #expect(scraped.match("# nothing\n") == [])
        #expect(scraped.match("# something\n") == nil)
        var nothing = try Scraped("")
        #expect(nothing.match("") == [])
        #expect(nothing.match("\n") == nil)
    }

    @Test("Before it is complete it matches nothing")
    func incomplete() {
        var layout = ScrapeLayout()
        var tokens: [SampleToken] = []
        PaddedBytes.lend([UInt8]()) { body in
            #expect(!layout.match(body, into: &tokens))
            layout.begin()
            #expect(!layout.match(body, into: &tokens))
            layout.complete(body)
            #expect(layout.match(body, into: &tokens))
            layout.begin()
            #expect(!layout.match(body, into: &tokens))
        }
    }

    @Test("A value without a blank before it goes to the cold reader")
    func noBlank() throws {
        var scraped = try Scraped("a+1\n")
        #expect(scraped.match("a+1\n") == nil)
        var braced = try Scraped("a{}1\n")
        #expect(braced.match("a{}23\n") == ["23"])
    }

    @Test("It holds the text between the values and little more")
    func memory() throws {
        let text = (0..<1000).map { "a_metric_of_usual_length{label=\"value\",shard=\"\($0)\"} \($0)\n" }.joined()
        let size = try Scraped(text).layout.byteCount
        #expect(size < text.utf8.count + 8 * 1000 + 4096)
    }

    @Test("A value too long for a token goes to the cold reader")
    func longToken() throws {
        var scraped = try Scraped("a 1\n")
        #expect(scraped.match("a " + String(repeating: "1", count: 65_535) + "\n") != nil)
        #expect(scraped.match("a " + String(repeating: "1", count: 65_536) + "\n") == nil)
    }
}
