import Foundation
import Model
import Testing

@testable import HTTPAPI

@Suite("Queries as text and as trees")
struct SyntaxRouteTests {
    private let client = RouteClient(router: .standard(fakeServices()))

    private func data(_ route: String, of query: String) async throws -> String {
        let answer = try await client.post(
            "/api/v1/\(route)", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "query=" + (query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""))
        return answer.text
    }

    @Test("formats what is short on one line")
    func short() async throws {
        #expect(try await data("format_query", of: "foo/bar") == #"{"status":"success","data":"foo / bar"}"#)
        #expect(
            try await data("format_query", of: "foo{")
                == #"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unexpected end of input inside braces"}"#
        )
    }

    @Test("breaks and indents what is long")
    func long() async throws {
        let name = String(repeating: "x", count: 60)
        let text = try await data("format_query", of: "topk(3, \(name) + -(\(name) * on (job) group_left () \(name)))")
        let lines = [
            "topk(", "  3,", "    \(name)", "  +", "    -(", "        \(name)", "      * on (job) group_left ()",
            "        \(name)", "    )", ")",
        ]
        #expect(text == #"{"status":"success","data":"\#(lines.joined(separator: "\\n"))"}"#)
    }

    static let trees: [(query: String, tree: String)] = [
        (
            "foo/bar",
            #"{"bool":false,"lhs":{"matchers":[{"name":"__name__","type":"=","value":"foo"}],"name":"foo","offset":0,"#
                + #""startOrEnd":null,"timestamp":null,"type":"vectorSelector"},"matching":{"card":"one-to-one","include":[],"#
                + #""labels":[],"on":false},"op":"/","rhs":{"matchers":[{"name":"__name__","type":"=","value":"bar"}],"#
                + #""name":"bar","offset":0,"startOrEnd":null,"timestamp":null,"type":"vectorSelector"},"type":"binaryExpr"}"#
        ),
        (
            "-(1 <= bool 2.5)",
            #"{"expr":{"expr":{"bool":true,"lhs":{"type":"numberLiteral","val":"1"},"matching":null,"op":"<=","#
                + #""rhs":{"type":"numberLiteral","val":"2.5"},"type":"binaryExpr"},"type":"parenExpr"},"op":"-","type":"unaryExpr"}"#
        ),
        (
            #"count_values without (a) ("v", up)"#,
            #"{"expr":{"matchers":[{"name":"__name__","type":"=","value":"up"}],"name":"up","offset":0,"startOrEnd":null,"#
                + #""timestamp":null,"type":"vectorSelector"},"grouping":["a"],"op":"count_values","#
                + #""param":{"type":"stringLiteral","val":"v"},"type":"aggregation","without":true}"#
        ),
        (
            #"rate(up{a=~"b"}[5m] @ 1.5 offset -1m)"#,
            #"{"args":[{"matchers":[{"name":"a","type":"=~","value":"b"},{"name":"__name__","type":"=","value":"up"}],"#
                + #""name":"up","offset":-60000,"range":300000,"startOrEnd":null,"timestamp":1500,"type":"matrixSelector"}],"#
                + #""func":{"argTypes":["matrix"],"name":"rate","returnType":"vector","variadic":0},"type":"call"}"#
        ),
        (
            "up[1h:] @ end()",
            #"{"expr":{"matchers":[{"name":"__name__","type":"=","value":"up"}],"name":"up","offset":0,"startOrEnd":null,"#
                + #""timestamp":null,"type":"vectorSelector"},"offset":0,"range":3600000,"startOrEnd":"end","step":0,"#
                + #""timestamp":null,"type":"subquery"}"#
        ),
    ]

    @Test("takes queries apart as Prometheus's web page wants them", arguments: trees)
    func taken(query: String, tree: String) async throws {
        #expect(try await data("parse_query", of: query) == #"{"status":"success","data":\#(tree)}"#)
    }
}
