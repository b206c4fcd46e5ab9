import PromQL
import Testing

@Suite("A query as text again")
struct PrinterTests {
    @Test(
        "has one form",
        arguments: [
            ("1", "1"), ("1e3", "1000"), ("0x1F", "31"), ("010", "8"), ("1_000.5", "1000.5"), ("+Inf", "+Inf"),
            ("-nan", "NaN"), ("-5m", "-5m"), ("1h30m", "1h30m"), ("'a\\n\"'", "\"a\\n\\\"\""), ("`\\`", "\"\\\\\""),
            ("foo", "foo"), ("foo { }", "foo"), ("{foo='a'}", "{foo=\"a\"}"),
            ("foo{b='1',a!~'2'}", "foo{a!~\"2\",b=\"1\"}"), ("{__name__='foo'}", "{__name__=\"foo\"}"),
            ("{'a b'}", "{__name__=\"a b\"}"), ("foo offset 5m", "foo offset 5m"),
            ("foo offset 3e-6", "foo"), ("foo @4444444454444.4", "foo @ 4444444454444.400"), ("Inf ^ 2", "Inf ^ 2"),
            ("Inf * 2", "+Inf * 2"),
            ("foo offset -300 @ 1.5", "foo @ 1.500 offset -5m"),
            ("foo @ start() offset 1h", "foo @ start() offset 1h"),
            ("foo[5m] @ end()", "foo[5m] @ end()"), ("foo[90]", "foo[1m30s]"),
            ("rate(foo[5m])[1h:] offset 1d", "rate(foo[5m])[1h:] offset 1d"), ("foo[1h:30s]", "foo[1h:30s]"),
            ("foo[5m*2]", "foo[5m * 2]"), ("foo[(5+2)*1m]", "foo[(5 + 2) * 1m]"),
            ("foo[max_of(step(),5s)]", "foo[max_of(step(), 5s)]"), ("foo offset (1h/2)", "foo offset (1h / 2)"),
            ("foo offset -min_of(range(), 1h)", "foo offset -min_of(range(), 1h)"),
            ("SUM(foo)", "sum(foo)"), ("sum(foo) by (a)", "sum by (a) (foo)"),
            ("sum by() (foo)", "sum(foo)"), ("sum without(a,'b c') (foo)", "sum without (a, \"b c\") (foo)"),
            ("topk(3,foo)", "topk(3, foo)"), ("count_values('v',foo)", "count_values(\"v\", foo)"),
            ("a+b", "a + b"), ("a>bool b", "a > bool b"), ("a AND b", "a and b"),
            ("a/on(x)group_left(y)b", "a / on (x) group_left (y) b"),
            ("a/ignoring(x)group_right()b", "a / ignoring (x) group_right () b"),
            ("a unless on() b", "a unless on () b"),
            ("-foo", "-foo"), ("-(1+2)", "-(1 + 2)"), ("- - foo", "--foo"), ("time()", "time()"),
            ("histogram_quantile(.9,sum(rate(x[5m]))by(le))", "histogram_quantile(0.9, sum by (le) (rate(x[5m])))"),
            ("# a comment\nfoo", "foo"),
        ])
    func form(text: String, printed: String) throws {
        let first = try parseQuery(text)
        #expect(first.description == printed)
        #expect(try parseQuery(printed).description == printed)
    }

    /// What binds stronger is found where parentheses would be put.
    @Test(
        "shows how operators bind",
        arguments: [
            ("1 + 2 * 3", "(1 + (2 * 3))"), ("1 * 2 + 3", "((1 * 2) + 3)"), ("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"),
            ("2 * 3 % 2", "((2 * 3) % 2)"), ("-1 ^ 2", "(-(1 ^ 2))"), ("-a * b", "((-a) * b)"),
            ("a - b - c", "((a - b) - c)"),
            ("a or b and c unless d", "(a or ((b and c) unless d))"), ("a == bool b + 1", "(a == bool (b + 1))"),
            ("2 ^ -1 * 3", "((2 ^ -1) * 3)"), ("a atan2 b * c", "((a atan2 b) * c)"),
        ])
    func binding(text: String, parenthesised: String) throws {
        #expect(show(try parseQuery(text)) == parenthesised)
    }

    private func show(_ expression: Expression) -> String {
        switch expression {
        case .binary(let node):
            "(\(show(node.left)) \(node.operation.rawValue)\(node.returnsBool ? " bool" : "") \(show(node.right)))"
        case .sign(let node): "(-\(show(node.inner)))"
        default: expression.description
        }
    }
}
