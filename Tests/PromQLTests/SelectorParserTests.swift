import Model
import PromQL
import Testing

@Suite("The selector")
struct SelectorParserTests {
    @Test(
        "reads what Prometheus reads",
        arguments: [
            ("up", ["__name__=\"up\""]),
            (" up ", ["__name__=\"up\""]),
            ("job:up:sum5m", ["__name__=\"job:up:sum5m\""]),
            ("sum", ["__name__=\"sum\""]),
            ("up{}", ["__name__=\"up\""]),
            ("up{job=\"api\"}", ["__name__=\"up\"", "job=\"api\""]),
            ("up { job = 'api' , code =~ `5..` , } ", ["__name__=\"up\"", "job=\"api\"", "code=~\"5..\""]),
            ("{job!=\"\"}", ["job!=\"\""]),
            ("{a!~\"x\",b=\"c\"}", ["a!~\"x\"", "b=\"c\""]),
            ("{__name__=~\"go_.*\"}", ["__name__=~\"go_.*\""]),
            ("{__name__=\"up\"}", ["__name__=\"up\""]),
            ("{\"my.metric\",\"a label\"=\"ü\"}", ["__name__=\"my.metric\"", "\"a label\"=\"ü\""]),
            ("up{a=\"\\\"\\\\\\n\\x41\\101\\u00fc\"}", ["__name__=\"up\"", "a=\"\\\"\\\\\\nAAü\""]),
            ("up{a='\"'}", ["__name__=\"up\"", "a=\"\\\"\""]),
            ("up{a=`\\d`}", ["__name__=\"up\"", "a=\"\\\\d\""]),
            ("up # the targets\n{job=\"a\"}", ["__name__=\"up\"", "job=\"a\""]),
        ])
    func reads(text: String, want: [String]) throws {
        #expect(try parseSelector(text).map(\.description) == want)
    }

    @Test(
        "says what is wrong and where",
        arguments: [
            ("", 1, "a metric's name or a '{'"),
            ("up{", 4, "unexpected end of input"),
            ("up[5m]", 3, "unexpected \"[\""),
            ("up offset 5m", 4, "unexpected \"o\""),
            ("up{job}", 7, "one of =, !=, =~, !~"),
            ("up{job=api}", 8, "a quoted string"),
            ("up{job=\"api\" code=\"5\"}", 14, "',' or '}'"),
            ("up{,}", 4, "the name of a label"),
            ("up{a=\"x}", 6, "no end"),
            ("up{a=\"\\q\"}", 7, "an escape that does not exist"),
            ("up{a=\"\\x4\"}", 7, "a broken escape"),
            ("up{a=\"\\ud800\"}", 7, "a broken escape"),
            ("up{a=\"\\xff\"}", 6, "not valid UTF-8"),
            ("up{a=\"\\777\"}", 7, "an escape that does not exist"),
            ("up{a=~\"(\"}", 1, "missing )"),
            ("{}", 1, "at least one matcher"),
            ("{a=~\".*\"}", 1, "at least one matcher"),
            ("{a!=\"b\"}", 1, "at least one matcher"),
            ("up{__name__=\"down\"}", 4, "given twice"),
            ("{\"up\",\"down\"}", 7, "given twice"),
            ("5up", 1, "unexpected \"5\""),
            ("ü", 1, "unexpected \"ü\""),
            ("up{ü=\"a\"}", 4, "the name of a label"),
        ])
    func refuses(text: String, column: Int, reason: String) {
        let error = #expect(throws: UserError.self) { try parseSelector(text) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.place == Place(line: 1, column: column))
    }

    @Test("counts lines and characters, not bytes")
    func places() {
        let error = #expect(throws: UserError.self) { try parseSelector("up{\na=\"ü\" b}") }
        #expect(error?.place == Place(line: 2, column: 7))
    }
}
