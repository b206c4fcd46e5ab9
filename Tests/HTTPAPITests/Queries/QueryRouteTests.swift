import Instruments
import Model
import Testing

@testable import HTTPAPI

/// What the table of requests asks about. The time is 1,700,000,100.
private let samples = FakeSeries(series: [
    (["__name__": "up", "job": "a"], [Sample(1_700_000_090_000, 1)]),
    (["__name__": "up", "job": "b"], [Sample(1_700_000_040_500, 0), Sample(1_700_000_095_500, 1)]),
    (["__name__": "requests_total"], (0...10).map { Sample(1_700_000_000_000 + $0 * 10_000, Double($0) * 5) }),
    (["__name__": "old"], [Sample(1_700_000_100_000 - 400_000, 7)]),
    (["__name__": "odd", "kind": "nan"], [Sample(1_700_000_099_000, .nan)]),
    (["__name__": "odd", "kind": "inf"], [Sample(1_700_000_099_000, -.infinity)]),
    (["__name__": "odd", "kind": "tiny"], [Sample(1_700_000_099_000, 1.5e-7)]),
    (["__name__": "odd", "kind": "huge"], [Sample(1_700_000_099_000, 1e21)]),
    (["__name__": "odd", "kind": "long"], [Sample(1_700_000_099_000, 123_456_789.125)]),
    (["__name__": "odd", "kind": "zero"], [Sample(1_700_000_099_000, -0.0)]),
    (["__name__": "a \"name\"", "a label": "line\n\u{1}"], [Sample(1_700_000_099_000, 3)]),
])

/// A request and what is answered.
struct Exchanged: Sendable, CustomTestStringConvertible {
    var target: String
    var status: Int
    var json: String
    var testDescription: String { target }

    static func body(_ target: String, _ json: String) -> Exchanged {
        Exchanged(target: target, status: 200, json: json)
    }

    static func error(_ target: String, _ status: Int, _ kind: String, _ message: String) -> Exchanged {
        let escaped = message.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return Exchanged(
            target: target, status: status, json: #"{"status":"error","errorType":"\#(kind)","error":"\#(escaped)"}"#)
    }

    static func data(_ target: String, _ json: String) -> Exchanged {
        body(target, #"{"status":"success","data":\#(json)}"#)
    }

    static func vector(_ query: String, _ result: String) -> Exchanged {
        data("/api/v1/query?query=\(query)", #"{"resultType":"vector","result":[\#(result)]}"#)
    }

    static func matrix(_ parameters: String, _ result: String) -> Exchanged {
        data("/api/v1/query_range?\(parameters)", #"{"resultType":"matrix","result":[\#(result)]}"#)
    }
}

@Suite("Queries")
struct QueryRouteTests {
    private func client(settings: QuerySettings = QuerySettings(), registry: Registry = Registry()) -> RouteClient {
        RouteClient(router: .standard(fakeServices(series: samples, settings: settings, registry: registry)))
    }

    private func check(_ exchanged: Exchanged, settings: QuerySettings = QuerySettings()) async throws {
        let answer = try await client(settings: settings).get(exchanged.target)
        #expect(answer.text == exchanged.json)
        #expect(answer.status.rawValue == exchanged.status)
        #expect(answer.headers["Content-Type"] == "application/json")
    }

    static let instant: [Exchanged] = [
        .vector("up{job=\"a\"}", #"{"metric":{"__name__":"up","job":"a"},"value":[1700000100,"1"]}"#),
        .vector(
            "up{job=\"a\"}&time=1700000099.5", #"{"metric":{"__name__":"up","job":"a"},"value":[1700000099.500,"1"]}"#),
        .vector("sum(up)&time=2023-11-14T22:15:00.125Z", #"{"metric":{},"value":[1700000100.125,"2"]}"#),
        .vector("sum(up)&time=2023-11-15T00:15:00%2B02:00", #"{"metric":{},"value":[1700000100,"2"]}"#),
        .vector("none", ""),
        .vector("old", ""),
        .vector("old&lookback_delta=10m", #"{"metric":{"__name__":"old"},"value":[1700000100,"7"]}"#),
        .vector("old&lookback_delta=600", #"{"metric":{"__name__":"old"},"value":[1700000100,"7"]}"#),
        .vector("old&lookback_delta=0", ""),
        .vector("odd{kind=\"nan\"}", #"{"metric":{"__name__":"odd","kind":"nan"},"value":[1700000100,"NaN"]}"#),
        .vector("odd{kind=\"inf\"}", #"{"metric":{"__name__":"odd","kind":"inf"},"value":[1700000100,"-Inf"]}"#),
        .vector("odd{kind=\"tiny\"}", #"{"metric":{"__name__":"odd","kind":"tiny"},"value":[1700000100,"1.5e-07"]}"#),
        .vector("odd{kind=\"huge\"}", #"{"metric":{"__name__":"odd","kind":"huge"},"value":[1700000100,"1e+21"]}"#),
        .vector(
            "odd{kind=\"long\"}", #"{"metric":{"__name__":"odd","kind":"long"},"value":[1700000100,"123456789.125"]}"#),
        .vector("odd{kind=\"zero\"}", #"{"metric":{"__name__":"odd","kind":"zero"},"value":[1700000100,"-0"]}"#),
        .vector(
            "{\"a%20\\\"name\\\"\"}",
            #"{"metric":{"__name__":"a \"name\"","a label":"line\n\u0001"},"value":[1700000100,"3"]}"#),
        .data("/api/v1/query?query=1e-7", #"{"resultType":"scalar","result":[1700000100,"0.0000001"]}"#),
        .data("/api/v1/query?query=1%2B1&time=1.5", #"{"resultType":"scalar","result":[1.5,"2"]}"#),
        .data("/api/v1/query?query=time()&time=-1.25", #"{"resultType":"scalar","result":[-1.25,"-1.25"]}"#),
        .data(
            #"/api/v1/query?query="a%5Cn"&time=1700000000.001"#,
            #"{"resultType":"string","result":[1700000000.001,"a\n"]}"#),
        .data(
            "/api/v1/query?query=up{job=\"b\"}[1m]",
            #"{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"b"},"#
                + #""values":[[1700000040.500,"0"],[1700000095.500,"1"]]}]}"#),
        // Only the first of several values counts, as in Go.
        .data("/api/v1/query?query=1&query=2", #"{"resultType":"scalar","result":[1700000100,"1"]}"#),
        .body(
            "/api/v1/query?query=up&limit=1",
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},"#
                + #""value":[1700000100,"1"]}]},"warnings":["results truncated due to limit"]}"#),
        .data(
            "/api/v1/query?query=sum(up)&limit=1",
            #"{"resultType":"vector","result":[{"metric":{},"value":[1700000100,"2"]}]}"#),
        .data("/api/v1/query?query=1&limit=0", #"{"resultType":"scalar","result":[1700000100,"1"]}"#),
        .body(
            "/api/v1/query?query=rate(up{job=\"c\"}[1m])",
            #"{"status":"success","data":{"resultType":"vector","result":[]}}"#),
        .body(
            "/api/v1/query?query=quantile(2,up)",
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000100,"+Inf"]}]},"#
                + #""warnings":["PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)"]}"#),
    ]

    @Test("at one time are answered to the letter", arguments: instant)
    func atOneTime(exchanged: Exchanged) async throws { try await check(exchanged) }

    static let ranges: [Exchanged] = [
        .matrix(
            "query=up{job=\"b\"}&start=1700000040&end=1700000060&step=10",
            #"{"metric":{"__name__":"up","job":"b"},"values":[[1700000050,"0"],[1700000060,"0"]]}"#),
        .matrix(
            "query=up{job=\"b\"}&start=1700000095.4&end=1700000095.6&step=100ms",
            #"{"metric":{"__name__":"up","job":"b"},"#
                + #""values":[[1700000095.400,"0"],[1700000095.500,"1"],[1700000095.600,"1"]]}"#),
        .matrix(
            "query=2&start=2023-11-14T22:15:00Z&end=2023-11-14T22:15:30Z&step=15",
            #"{"metric":{},"values":[[1700000100,"2"],[1700000115,"2"],[1700000130,"2"]]}"#),
        .matrix("query=none&start=0&end=10&step=1s", ""),
        .matrix("query=1&start=5&end=5&step=1", #"{"metric":{},"values":[[5,"1"]]}"#),
        .body(
            "/api/v1/query_range?query=up&start=1700000100&end=1700000100&step=1&limit=1",
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"up","job":"a"},"#
                + #""values":[[1700000100,"1"]]}]},"warnings":["results truncated due to limit"]}"#),
    ]

    @Test("over a range are answered to the letter", arguments: ranges)
    func overARange(exchanged: Exchanged) async throws { try await check(exchanged) }

    static let refused: [Exchanged] = [
        .error(
            "/api/v1/query", 400, "bad_data",
            #"invalid parameter "query": 1:1: parse error: no expression found in input"#),
        .error(
            "/api/v1/query?query=up{", 400, "bad_data",
            #"invalid parameter "query": 1:4: parse error: unexpected end of input inside braces"#),
        .error(
            "/api/v1/query?query=up&time=never", 400, "bad_data",
            #"invalid parameter "time": invalid time value for 'time': cannot parse "never" to a valid timestamp"#),
        .error(
            "/api/v1/query?query=up&time=2023-02-29T00:00:00Z", 400, "bad_data",
            #"invalid parameter "time": invalid time value for 'time': cannot parse "2023-02-29T00:00:00Z" to a valid timestamp"#
        ),
        .error(
            "/api/v1/query?query=up&timeout=x", 400, "bad_data",
            #"invalid parameter "timeout": cannot parse "x" to a valid duration"#),
        .error(
            "/api/v1/query?query=up&timeout=1e300", 400, "bad_data",
            #"invalid parameter "timeout": cannot parse "1e300" to a valid duration. It overflows int64"#),
        .error(
            "/api/v1/query?query=up&timeout=0", 503, "timeout", "query timed out in query queue"),
        .error(
            "/api/v1/query?query=up&lookback_delta=x", 400, "bad_data",
            #"error parsing lookback delta duration: cannot parse "x" to a valid duration"#),
        .error(
            "/api/v1/query?query=up&limit=x", 400, "bad_data",
            #"invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax"#),
        .error(
            "/api/v1/query?query=up&limit=99999999999999999999", 400, "bad_data",
            #"invalid parameter "limit": strconv.Atoi: parsing "99999999999999999999": value out of range"#),
        .error(
            "/api/v1/query?query=up&limit=-1", 400, "bad_data",
            #"invalid parameter "limit": limit must be non-negative"#),
        .error("/api/v1/query?query=topk(NaN,up)", 422, "execution", "Parameter value is NaN"),
        .error(
            "/api/v1/query_range?query=up&end=1&step=1", 400, "bad_data",
            #"invalid parameter "start": cannot parse "" to a valid timestamp"#),
        .error(
            "/api/v1/query_range?query=up&start=1&step=1", 400, "bad_data",
            #"invalid parameter "end": cannot parse "" to a valid timestamp"#),
        .error(
            "/api/v1/query_range?query=up&start=2&end=1&step=1", 400, "bad_data",
            #"invalid parameter "end": end timestamp must not be before start time"#),
        .error(
            "/api/v1/query_range?query=up&start=1&end=2", 400, "bad_data",
            #"invalid parameter "step": cannot parse "" to a valid duration"#),
        .error(
            "/api/v1/query_range?query=up&start=1&end=2&step=0", 400, "bad_data",
            #"invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer"#
        ),
        .error(
            "/api/v1/query_range?query=up&start=1&end=2&step=-1", 400, "bad_data",
            #"invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer"#
        ),
        .error(
            "/api/v1/query_range?query=up&start=1&end=2&step=NaN", 400, "bad_data",
            #"invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer"#
        ),
        .error(
            "/api/v1/query_range?query=up&start=0&end=11001&step=1", 400, "bad_data",
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"
        ),
        .error(
            "/api/v1/query_range?query=up[5m]&start=1&end=2&step=1", 400, "bad_data",
            #"invalid parameter "query": invalid expression type "range vector" for range query, must be Scalar or instant Vector"#
        ),
        .error(
            #"/api/v1/query_range?query="a"&start=1&end=2&step=1"#, 400, "bad_data",
            #"invalid parameter "query": invalid expression type "string" for range query, must be Scalar or instant Vector"#
        ),
        .error(
            "/api/v1/query_exemplars?query=up&start=2&end=1", 400, "bad_data",
            "end timestamp must not be before start timestamp"),
        .error(
            "/api/v1/query_exemplars?query=up{", 400, "bad_data",
            "1:4: parse error: unexpected end of input inside braces"),
        .error(
            "/api/v1/query_exemplars?query=up&start=x", 400, "bad_data",
            #"invalid parameter "start": invalid time value for 'start': cannot parse "x" to a valid timestamp"#),
        .error("/api/v1/query_nothing", 404, "not_found", "cannot find /api/v1/query_nothing: there is no such page"),
    ]

    @Test("that are wrong are refused in Prometheus's words", arguments: refused)
    func refusal(exchanged: Exchanged) async throws { try await check(exchanged) }

    @Test("for exemplars find none")
    func exemplars() async throws {
        #expect(try await client().get("/api/v1/query_exemplars?query=up").text == #"{"status":"success","data":[]}"#)
        let unselective = try await client().get("/api/v1/query_exemplars?query=1")
        #expect(unselective.status == .noContent)
        #expect(unselective.text.isEmpty)
    }

    @Test("may come in a form, which goes before what is behind the question mark")
    func posted() async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded"]
        let want =
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000099,"2"]}]}}"#
        for (target, body) in [
            ("/api/v1/query", "query=sum(up)&time=1700000099"),
            ("/api/v1/query?time=1700000099&query=x", "query=sum(up)"),
        ] {
            #expect(try await client().post(target, headers: headers, body: body).text == want)
        }
        let range = try await client().post(
            "/api/v1/query_range", headers: headers, body: "query=1&start=0&end=1&step=1")
        #expect(range.text.contains(#""values":[[0,"1"],[1,"1"]]"#))
    }

    @Test("allow 11,000 steps, and no more")
    func points() async throws {
        let answer = try await client().get("/api/v1/query_range?query=1&start=0&end=11000&step=1")
        #expect(answer.status == .ok)
        // It comes in pieces, and is whole.
        #expect(answer.text.hasSuffix(#",[10999,"1"],[11000,"1"]]}]}}"#))
        #expect(try await client().get("/api/v1/query_range?query=1&start=0&end=11000.9&step=1").status == .ok)
    }

    @Test("tell what they took where that is asked for", arguments: ["true", "all", "yes"])
    func statistics(stats: String) async throws {
        let answer = try await client().get("/api/v1/query?query=up&stats=\(stats)")
        let data = try #require(try answer.data as? [String: Any])
        let found = try #require(data["stats"] as? [String: [String: Any]])
        #expect(
            found["timings"]?.keys.sorted() == [
                "evalTotalTime", "execQueueTime", "execTotalTime", "innerEvalTime", "queryPreparationTime",
                "resultSortTime",
            ])
        #expect(found["samples"]?["totalQueryableSamples"] as? Int == 2)
        #expect((found["samples"]?["peakSamples"] as? Int ?? 0) > 0)
        let deprecated =
            #"value "yes" for parameter "stats" is deprecated and will be rejected in the next major release, "#
            + #"use "true" or "all""#
        #expect(try answer.object["warnings"] as? [String] == (stats == "yes" ? [deprecated] : nil))
    }

    @Test("that hold too much are ended")
    func tooLarge() async throws {
        var settings = QuerySettings()
        settings.maxSamples = 5
        try await check(
            .error(
                "/api/v1/query_range?query=up&start=0&end=100&step=1", 422, "execution",
                "query processing would load too many samples into memory in query execution"), settings: settings)
    }

    @Test("are counted by their outcomes")
    func counted() async throws {
        let registry = Registry()
        let client = client(registry: registry)
        for query in ["1", "up{", "topk(NaN,up)", "1&timeout=0", "2"] {
            _ = try await client.get("/api/v1/query?query=\(query)")
        }
        var counts: [String: Double] = [:]
        for family in registry.snapshots() {
            for sample in family.samples {
                counts[sample.name + sample.labels.map { "." + $0.value }.joined()] = sample.value
            }
        }
        #expect(counts["vedette_queries_total.success"] == 2)
        #expect(counts["vedette_queries_total.invalid"] == 1)
        #expect(counts["vedette_queries_total.failed"] == 1)
        #expect(counts["vedette_queries_total.timeout"] == 1)
        #expect(counts["vedette_queries_total.canceled"] == 0)
        #expect(counts["vedette_query_seconds_count"] == 5)
        #expect(counts["vedette_queries_running"] == 0)
    }
}
