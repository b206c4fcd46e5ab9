import Model
import PromQL
import Testing

@Suite("The selector")
struct SelectorTests {
    @Test(
        "reads what Prometheus reads",
        arguments: [
            ("up", ["__name__=\"up\""]),
            (" up ", ["__name__=\"up\""]),
            ("job:up:sum5m", ["__name__=\"job:up:sum5m\""]),
            ("sum", ["__name__=\"sum\""]),
            ("offset", ["__name__=\"offset\""]),
            ("up{}", ["__name__=\"up\""]),
            ("up { job = 'api' , code =~ `5..` , } ", ["job=\"api\"", "code=~\"5..\"", "__name__=\"up\""]),
            ("{job!=\"\"}", ["job!=\"\""]),
            ("{a!~\"x\",b=\"c\"}", ["a!~\"x\"", "b=\"c\""]),
            ("{__name__=~\"go_.*\"}", ["__name__=~\"go_.*\""]),
            ("{\"my.metric\",\"a label\"=\"ü\"}", ["__name__=\"my.metric\"", "\"a label\"=\"ü\""]),
            ("up{a=\"\\\"\\\\\\n\\x41\\101\\u00fc\"}", ["a=\"\\\"\\\\\\nAAü\"", "__name__=\"up\""]),
            ("up{a='\"'}", ["a=\"\\\"\"", "__name__=\"up\""]),
            ("up{a=`\\d`}", ["a=\"\\\\d\"", "__name__=\"up\""]),
            ("up # the targets\n{job=\"a\"}", ["job=\"a\"", "__name__=\"up\""]),
        ])
    func reads(text: String, want: [String]) throws {
        #expect(try parseSelector(text).map(\.description) == want)
    }

    @Test(
        "is nothing but a selector",
        arguments: [
            ("", "1:1: parse error: unexpected end of input"),
            ("up[5m]", "1:3: parse error: unexpected \"[\""),
            ("up offset 5m", "1:4: parse error: unexpected <offset>"),
            ("rate(up[5m])", "1:5: parse error: unexpected \"(\""),
            ("5up", "1:1: parse error: bad number or duration syntax: \"5\""),
            ("ü", "1:1: parse error: unexpected character: 'ü'"),
            ("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"),
            ("{\"up\",a=\"\\xff\"}", "1:9: parse error: invalid UTF-8 rune"),
        ])
    func refuses(text: String, error: String) {
        let thrown = #expect(throws: QuerySyntaxError.self) { try parseSelector(text) }
        #expect(thrown?.description == error)
    }
}
