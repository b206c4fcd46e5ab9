import PromQL
import Testing

@Suite("A query with a mistake")
struct SyntaxErrorTests {
    /// In the words of Prometheus.
    static let mistakes: [(query: String, error: String)] = [
        (#"1 +"#, #"1:4: parse error: unexpected end of input"#),
        (#")"#, #"1:2: parse error: unexpected right parenthesis ')'"#),
        (#"(1"#, #"1:3: parse error: unclosed left parenthesis"#),
        (#"1 1"#, #"1:3: parse error: unexpected number "1""#),
        (#"foo{"#, #"1:5: parse error: unexpected end of input inside braces"#),
        (#"foo{a"#, #"1:6: parse error: unexpected end of input inside braces"#),
        (#"foo{a="#, #"1:7: parse error: unexpected end of input inside braces"#),
        (#"foo{a=b}"#, #"1:7: parse error: unexpected identifier "b" in label matching, expected string"#),
        (#"foo{a="b""#, #"1:10: parse error: unexpected end of input inside braces"#),
        (#"foo{a="b" c="d"}"#, #"1:11: parse error: unexpected identifier "c" in label matching, expected "," or "}""#),
        (#"foo{,}"#, #"1:5: parse error: unexpected "," in label matching, expected identifier or "}""#),
        (#"foo{a="b",,}"#, #"1:11: parse error: unexpected "," in label matching, expected identifier or "}""#),
        (#"{}"#, #"1:1: parse error: vector selector must contain at least one non-empty matcher"#),
        (#"{a=~".*"}"#, #"1:1: parse error: vector selector must contain at least one non-empty matcher"#),
        (#"foo{__name__="bar"}"#, #"1:1: parse error: metric name must not be set twice: "foo" or "bar""#),
        (#"foo[5m"#, #"1:7: parse error: unexpected end of input in duration expression"#),
        (#"foo[5m]]"#, #"1:8: parse error: unexpected right bracket ']'"#),
        (
            #"foo[]"#,
            #"1:5: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range()"#
        ),
        (#"foo[0m]"#, #"1:5: parse error: duration must be greater than 0"#),
        (#"foo[-5m]"#, #"1:5: parse error: duration must be greater than 0"#),
        (#"foo[5m:5m:5m]"#, #"1:10: parse error: unexpected repeated colon in duration expression"#),
        (#"foo[5x]"#, #"1:5: parse error: bad number or duration syntax: "5""#),
        (#"foo[5m] + 1"#, #"1:1: parse error: binary expression must contain only scalar and instant vector types"#),
        (#"1[5m]"#, #"1:2: parse error: ranges only allowed for vector selectors"#),
        (#"sum(foo)[5m]"#, #"1:9: parse error: ranges only allowed for vector selectors"#),
        (#"foo offset 5m [5m]"#, #"1:15: parse error: no offset modifiers allowed before range"#),
        (#"foo @ 10 [5m]"#, #"1:10: parse error: no @ modifiers allowed before range"#),
        (
            #"foo offset"#,
            #"1:11: parse error: unexpected end of input in offset, expected number, duration, step(), or range()"#
        ),
        (
            #"foo offset x"#,
            #"1:12: parse error: unexpected identifier "x" in offset, expected number, duration, step(), or range()"#
        ),
        (#"foo @"#, #"1:6: parse error: unexpected end of input in @, expected timestamp"#),
        (#"foo @ x"#, #"1:7: parse error: unexpected identifier "x" in @, expected timestamp"#),
        (#"foo @ start"#, #"1:12: parse error: unexpected end of input in @, expected timestamp"#),
        (#"foo offset 5m offset 6m"#, #"1:1: parse error: offset may not be set multiple times"#),
        (#"foo @ 1 @ 2"#, #"1:1: parse error: @ <timestamp> may not be set multiple times"#),
        (
            #"sum(foo) offset 5m"#,
            #"1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"#
        ),
        (
            #"1 offset 5m"#,
            #"1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"#
        ),
        (#"sum("#, #"1:5: parse error: unclosed left parenthesis"#),
        (#"sum()"#, #"1:1: parse error: no arguments for aggregate expression provided"#),
        (#"sum(1)"#, #"1:5: parse error: expected type instant vector in aggregation expression, got scalar"#),
        (
            #"sum(foo, bar)"#,
            #"1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2"#
        ),
        (
            #"topk(foo)"#,
            #"1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1"#
        ),
        (#"topk("a", foo)"#, #"1:6: parse error: expected type scalar in aggregation parameter, got string"#),
        (#"topk(1, foo"#, #"1:12: parse error: unclosed left parenthesis"#),
        (#"count_values(1, foo)"#, #"1:14: parse error: expected type string in aggregation parameter, got scalar"#),
        (#"sum by foo"#, #"1:8: parse error: unexpected identifier "foo" in grouping opts, expected "(""#),
        (
            #"sum by (foo bar) (x)"#,
            #"1:13: parse error: unexpected identifier "bar" in grouping opts, expected "," or ")""#
        ),
        (#"sum by (foo, , bar) (x)"#, #"1:14: parse error: unexpected "," in grouping opts, expected label"#),
        (#"sum by (5) (x)"#, #"1:9: parse error: unexpected number "5" in grouping opts, expected label"#),
        (
            #"rate(foo)"#,
            #"1:6: parse error: expected type range vector in call to function "rate", got instant vector"#
        ),
        (#"rate(foo[5m], 1)"#, #"1:1: parse error: expected 1 argument(s) in call to "rate", got 2"#),
        (#"rate()"#, #"1:1: parse error: expected 1 argument(s) in call to "rate", got 0"#),
        (#"round(foo, 1, 2)"#, #"1:1: parse error: expected at most 2 argument(s) in call to "round", got 3"#),
        (#"unknown(1)"#, #"1:1: parse error: unknown function with name "unknown""#),
        (#"label_replace(foo, "a")"#, #"1:1: parse error: expected 5 argument(s) in call to "label_replace", got 2"#),
        (#"label_join(foo)"#, #"1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1"#),
        (#"abs(foo,)"#, #"1:8: parse error: trailing commas not allowed in function call args"#),
        (#"abs(foo bar)"#, #"1:9: parse error: unexpected identifier "bar""#),
        (#"1 == 1"#, #"1:3: parse error: comparisons between scalars must use BOOL modifier"#),
        (#"1 and 2"#, #"1:1: parse error: set operator "and" not allowed in binary scalar expression"#),
        (#"foo and 1"#, #"1:1: parse error: set operator "and" not allowed in binary scalar expression"#),
        (#"foo + bool bar"#, #"1:5: parse error: bool modifier can only be used on comparison operators"#),
        (
            #"foo + on(a) group_left(a) bar"#,
            #"1:5: parse error: label "a" must not occur in ON and GROUP clause at once"#
        ),
        (#"foo and on(a) group_left(b) bar"#, #"1:1: parse error: no grouping allowed for "and" operation"#),
        (#"1 + on(a) bar"#, #"1:1: parse error: vector matching only allowed between instant vectors"#),
        (#"foo + ignoring(a) 1"#, #"1:1: parse error: vector matching only allowed between instant vectors"#),
        (#""a" + 1"#, #"1:1: parse error: binary expression must contain only scalar and instant vector types"#),
        (#"foo + "a""#, #"1:7: parse error: binary expression must contain only scalar and instant vector types"#),
        (
            #"-"a""#,
            #"1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string""#
        ),
        (
            #"- foo[5m]"#,
            #"1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector""#
        ),
        (#"foo[5m] == 1"#, #"1:1: parse error: binary expression must contain only scalar and instant vector types"#),
        (#""unterminated"#, #"1:1: parse error: unterminated quoted string"#),
        (#"'a\q'"#, #"1:1: parse error: unknown escape sequence U+0071 'q'"#),
        (#"'\xzz'"#, #"1:1: parse error: illegal character U+007A 'z' in escape sequence"#),
        (#"`abc"#, #"1:1: parse error: unterminated raw string"#),
        (#"foo !bar"#, #"1:5: parse error: unexpected character after '!': 'b'"#),
        (#"foo =~ "a""#, #"1:5: parse error: unexpected character after '=': '~'"#),
        (#"foo = 1"#, #"1:5: parse error: unexpected "=""#),
        (#"5m3h"#, #"1:1: parse error: not a valid duration string: "5m3h""#),
        (#"1e"#, #"1:1: parse error: bad number or duration syntax: "1e""#),
        (#"1.2.3"#, #"1:1: parse error: bad number or duration syntax: "1.2.""#),
        (#"0x"#, #"1:1: parse error: error parsing number: strconv.ParseFloat: parsing "0x": invalid syntax"#),
        (#"0xg"#, #"1:1: parse error: bad number or duration syntax: "0x""#),
        (#"1_"#, #"1:1: parse error: bad number or duration syntax: "1_""#),
        (#"1__0"#, #"1:1: parse error: bad number or duration syntax: "1__""#),
        (#"foo:bar{a:b="c"}"#, #"1:10: parse error: unexpected character inside braces: ':'"#),
        (#"on{}"#, #"1:1: parse error: unexpected <on>"#),
        (#"bool"#, #"1:1: parse error: unexpected <bool>"#),
        (#"foo{a=~"("}"#, #"1:5: parse error: cannot compile regular expression "(": missing ): ("#),
        (
            #"foo{a=~"*"}"#,
            #"1:5: parse error: cannot compile regular expression "*": no argument for repetition operator: *"#
        ),
        (#"$"#, #"1:1: parse error: unexpected character: '$'"#),
        (#"foo # comment\#n +"#, #"2:3: parse error: unexpected end of input"#),
        (#"1 + \#n\#n )"#, #"3:3: parse error: unexpected right parenthesis ')'"#),
        (#"sum without foo"#, #"1:13: parse error: unexpected identifier "foo" in grouping opts, expected "(""#),
        (#"foo group_left bar"#, #"1:5: parse error: unexpected <group_left>"#),
        (#"foo on(a) bar"#, #"1:5: parse error: unexpected <on>"#),
        (#"foo offset 5mm"#, #"1:12: parse error: bad number or duration syntax: "5mm""#),
        (#"foo{a="b"}}"#, #"1:11: parse error: unexpected character: '}'"#),
        (#"foo{a=1}"#, #"1:7: parse error: unexpected character inside braces: '1'"#),
        (#"sum(foo) by (a) (b)"#, #"1:17: parse error: unexpected "(""#),
        (
            #"timestamp(1)"#,
            #"1:11: parse error: expected type instant vector in call to function "timestamp", got scalar"#
        ),
        (#"time(1)"#, #"1:1: parse error: expected 0 argument(s) in call to "time", got 1"#),
        (#"vector(foo)"#, #"1:8: parse error: expected type scalar in call to function "vector", got instant vector"#),
        (#"scalar(1)"#, #"1:8: parse error: expected type instant vector in call to function "scalar", got scalar"#),
        (
            #"histogram_quantile(foo, 0.9)"#,
            #"1:20: parse error: expected type scalar in call to function "histogram_quantile", got instant vector"#
        ),
        (#"absent(1)"#, #"1:8: parse error: expected type instant vector in call to function "absent", got scalar"#),
        (#"1 atan2 foo atan2"#, #"1:18: parse error: unexpected end of input"#),
        (#"a unless on(x) group_right y"#, #"1:1: parse error: no grouping allowed for "unless" operation"#),
        (#"(foo)[5m]"#, #"1:6: parse error: ranges only allowed for vector selectors"#),
        (#"foo[5m:1m] offset 1h offset 2h"#, #"1:1: parse error: offset may not be set multiple times"#),
        (
            #"1e999"#,
            #"1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e999": value out of range"#
        ),
        (#"-"#, #"1:2: parse error: unexpected end of input"#),
        (#"+"#, #"1:2: parse error: unexpected end of input"#),
        (#"foo{a!"b"}"#, #"1:6: parse error: unexpected character after '!' inside braces: '"'"#),
        (#"foo{"a"}"#, #"1:1: parse error: metric name must not be set twice: "foo" or "a""#),
        (#"sum(rate(foo[5m])) by (job"#, #"1:27: parse error: unclosed left parenthesis"#),
        (#"foo[1h:1m"#, #"1:10: parse error: unexpected end of input in duration expression"#),
        (#"foo[5m*]"#, #"1:8: parse error: unexpected "]""#),
        (#"foo[5m/0]"#, #"1:7: parse error: division by zero"#),
        (#"foo[0x1p3]"#, #"1:5: parse error: bad number or duration syntax: "0x1""#),
        (#"foo{a="\uD800"}"#, #"1:7: parse error: escape sequence is an invalid Unicode code point"#),
        (#"limitk(1, foo)"#, #"1:1: parse error: limitk() is experimental and not enabled"#),
        (#"info(foo)"#, #"1:1: parse error: function "info" is not enabled"#),
        (#"foo anchored"#, #"1:1: parse error: anchored modifier is experimental and not enabled"#),
        (#"foo + fill(1) bar"#, #"1:7: parse error: binop fill modifiers are experimental and not enabled"#),
        (
            #"foo[5m] @ 1e30"#,
            #"1:1: parse error: timestamp out of bounds for @ modifier: 1000000000000000000000000000000"#
        ),
        (#"foo offset 300y"#, #"1:12: parse error: duration out of range"#),
        (#"foo[3e-6]"#, #"1:5: parse error: duration must be greater than 0"#),
        (#"foo offset NaN"#, #"1:12: parse error: duration out of range"#),
        (#"foo offset (NaN)"#, #"1:13: parse error: duration out of range"#),
    ]

    @Test("is refused in Prometheus's words", arguments: mistakes)
    func refused(query: String, error: String) {
        let thrown = #expect(throws: QuerySyntaxError.self) { try parseQuery(query) }
        #expect(thrown?.description == error)
    }

    @Test(
        "may be as deep as it likes up to a limit, whatever it is made of",
        arguments: [
            ("(", ")"), ("-", ""), ("abs(", ")"), ("sum(", ")"), ("1 + ", ""), ("1 ^ ", ""), ("a or ", ""),
            ("vector(scalar(", "))"),
        ])
    func depth(before: String, after: String) throws {
        func nested(_ times: Int) -> String {
            String(repeating: before, count: times) + "a" + String(repeating: after, count: times)
        }
        _ = try? parseQuery(nested(200))
        let error = #expect(throws: QuerySyntaxError.self) { try parseQuery(nested(100_000)) }
        #expect(error?.message.contains("more than 500 deep") == true)
        let durations = #expect(throws: QuerySyntaxError.self) {
            try parseQuery("a[" + String(repeating: "(", count: 100_000))
        }
        #expect(durations?.message.contains("more than 500 deep") == true)
    }
}
