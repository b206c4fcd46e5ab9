import Model
import Testing

@Suite("JSON")
struct JSONReaderTests {
    @Test(
        "is read",
        arguments: [
            ("null", .null), (" true ", .boolean(true)), ("false", .boolean(false)), ("-0.5e+3", .number("-0.5e+3")),
            ("0", .number("0")), ("\"\"", .string("")),
            ("\"a\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00ü\"", .string("a\n\"\\/é😀ü")),
            ("\"\\ud800x\\udc00\"", .string("\u{fffd}x\u{fffd}")), ("[]", .array([])), ("{}", .object([:])),
            ("[1, [2], {\"a\": null}]", .array([.number("1"), .array([.number("2")]), .object(["a": .null])])),
            ("{\"a\": {\"b\": [\"c\"]}, \"a\": 2}", .object(["a": .number("2")])),
            ("[1.5,\r\n\t\"x\"]", .array([.number("1.5"), .string("x")])),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue(Array(text.utf8)) == value)
    }

    @Test(
        "with a mistake is refused, with its place",
        arguments: [
            ("", 1, 1), ("nul", 1, 1), ("01", 1, 2), ("1.", 1, 3), (".5", 1, 1), ("+1", 1, 1), ("1e", 1, 3),
            ("-", 1, 2),
            ("\"a", 1, 3), ("\"\\x\"", 1, 3), ("\"\\u12\"", 1, 6), ("\"\n\"", 1, 2), ("[1", 1, 3), ("[1,]", 1, 4),
            ("[,1]", 1, 2), ("{\"a\"}", 1, 5), ("{\"a\":}", 1, 6), ("{a:1}", 1, 2), ("{\"a\":1,}", 1, 8), ("[1}", 1, 3),
            ("{\"a\":1]", 1, 7), ("1 2", 1, 3), ("[\n  1\n  2]", 3, 3), ("]", 1, 1), ("NaN", 1, 1), ("'a'", 1, 1),
            ("[1] // no", 1, 5),
        ])
    func refuses(text: String, line: Int, column: Int) {
        let error = #expect(throws: UserError.self) { try JSONValue(Array(text.utf8)) }
        #expect(error?.place == Place(line: line, column: column), "\(error?.message ?? "")")
    }

    @Test("is no deeper than it may be, and no more than UTF-8")
    func limits() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        _ = try JSONValue(Array(deep.utf8))
        #expect(throws: UserError.self) { try JSONValue(Array(("[" + deep + "]").utf8)) }
        #expect(throws: UserError.self) { try JSONValue(Array(String(repeating: "[", count: 1_000_000).utf8)) }
        #expect(throws: UserError.self) { try JSONValue([0x22, 0xff, 0x22]) }
    }

    @Test("is what JSON is written as")
    func roundTrip() throws {
        var json = JSONWriter()
        json.object { json in
            json.member("text", "a\u{1}\"\\\n")
            json.member("number", 1.5)
            json.key("list")
            json.array { $0.null() }
        }
        let value = try JSONValue(json.bytes)
        #expect(value["text"]?.text == "a\u{1}\"\\\n" && value["number"]?.double == 1.5)
        #expect(value["list"]?.elements == [.null])
    }
}
