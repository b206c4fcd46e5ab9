import Model
import Testing

@testable import HTTPAPI

private let samples = FakeSeries(series: [
    (["__name__": "up", "job": "a", "instance": "x:1"], [Sample(10_000, 1)]),
    (["__name__": "up", "job": "b"], [Sample(20_000, 1)]),
    (["__name__": "load", "job": "a", "http.code": "200"], [Sample(30_000, 1)]),
    (["__name__": "load", "job": "a", "http.code": "404"], [Sample(30_000, 1)]),
    (["__name__": "slash", "a/b": "c"], [Sample(30_000, 1)]),
])

@Suite("Series and labels")
struct LabelRouteTests {
    private let client = RouteClient(router: .standard(fakeServices(series: samples)))

    static let table: [Exchanged] = [
        .data(
            "/api/v1/series?match[]=up",
            #"[{"__name__":"up","instance":"x:1","job":"a"},{"__name__":"up","job":"b"}]"#),
        .data("/api/v1/series?match[]=up{job=\"b\"}&match[]={job=~\"b|c\"}", #"[{"__name__":"up","job":"b"}]"#),
        .data("/api/v1/series?match[]=none", "[]"),
        .data("/api/v1/series?match[]=up&start=15&end=25", #"[{"__name__":"up","job":"b"}]"#),
        .data(
            "/api/v1/series?match[]=up&start=-9223309901257974&end=12",
            #"[{"__name__":"up","instance":"x:1","job":"a"}]"#),
        .data(
            "/api/v1/series?match[]=up&start=-292273086-05-16T16:47:06Z&end=292277025-08-18T07:12:54.999999999Z&limit=2",
            #"[{"__name__":"up","instance":"x:1","job":"a"},{"__name__":"up","job":"b"}]"#),
        .body(
            "/api/v1/series?match[]=up&limit=1",
            #"{"status":"success","data":[{"__name__":"up","instance":"x:1","job":"a"}],"#
                + #""warnings":["results truncated due to limit"]}"#),
        .error("/api/v1/series", 400, "bad_data", "no match[] parameter provided"),
        .error(
            "/api/v1/series?match[]=up&match[]=up{", 400, "bad_data",
            #"invalid parameter "match[]": 1:4: parse error: unexpected end of input inside braces"#),
        .error(
            "/api/v1/series?match[]={}", 400, "bad_data",
            #"invalid parameter "match[]": match[] must contain at least one non-empty matcher"#),
        .error(
            "/api/v1/series?match[]={a!=\"b\"}", 400, "bad_data",
            #"invalid parameter "match[]": match[] must contain at least one non-empty matcher"#),
        .error(
            "/api/v1/series?match[]=up&start=x", 400, "bad_data",
            #"invalid parameter "start": invalid time value for 'start': cannot parse "x" to a valid timestamp"#),
        .data("/api/v1/labels", #"["__name__","a/b","http.code","instance","job"]"#),
        .data("/api/v1/labels?match[]=up{job=\"b\"}", #"["__name__","job"]"#),
        .data("/api/v1/labels?match[]=up{job=\"b\"}&match[]=slash", #"["__name__","a/b","job"]"#),
        .data("/api/v1/labels?start=15&end=25", #"["__name__","job"]"#),
        .body(
            "/api/v1/labels?limit=1",
            #"{"status":"success","data":["__name__"],"warnings":["results truncated due to limit"]}"#),
        .error(
            "/api/v1/labels?match[]=up{", 400, "bad_data", "1:4: parse error: unexpected end of input inside braces"),
        .error("/api/v1/labels?match[]={}", 400, "bad_data", "match[] must contain at least one non-empty matcher"),
        .error("/api/v1/labels?limit=-1", 400, "bad_data", #"invalid parameter "limit": limit must be non-negative"#),
        .data("/api/v1/label/job/values", #"["a","b"]"#),
        .data("/api/v1/label/__name__/values", #"["load","slash","up"]"#),
        .data("/api/v1/label/job/values?match[]=up{job!=\"a\"}", #"["b"]"#),
        .data("/api/v1/label/none/values", "[]"),
        .data("/api/v1/label/http.code/values", #"["200","404"]"#),
        .data("/api/v1/label/U__http_2e_code/values", #"["200","404"]"#),
        .data("/api/v1/label/U__a_2F_b/values", #"["c"]"#),
        .data("/api/v1/label/a%2Fb/values", #"["c"]"#),
        .body(
            "/api/v1/label/job/values?limit=1",
            #"{"status":"success","data":["a"],"warnings":["results truncated due to limit"]}"#),
        .error("/api/v1/label/job/values?match[]=1", 400, "bad_data", #"1:1: parse error: unexpected number "1""#),
    ]

    @Test("are told to the letter", arguments: table)
    func letter(exchanged: Exchanged) async throws {
        let answer = try await client.get(exchanged.target)
        #expect(answer.text == exchanged.json)
        #expect(answer.status.rawValue == exchanged.status)
    }

    @Test("without a name are refused")
    func nameless() async throws {
        let answer = try await client.get("/api/v1/label/U__/values")
        #expect(answer.text == #"{"status":"error","errorType":"bad_data","error":"invalid label name: \"\""}"#)
    }

    @Test("may be asked for in a form")
    func posted() async throws {
        let headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"]
        let series = try await client.post("/api/v1/series", headers: headers, body: "match[]=up%7Bjob%3D%22b%22%7D")
        #expect(series.text == #"{"status":"success","data":[{"__name__":"up","job":"b"}]}"#)
        let labels = try await client.post("/api/v1/labels", headers: headers, body: "match[]=slash")
        #expect(labels.text == #"{"status":"success","data":["__name__","a/b"]}"#)
        #expect(try await client.post("/api/v1/label/job/values").status == .methodNotAllowed)
    }

    @Test(
        "have names that are escaped in paths",
        arguments: [
            ("job", "job"), ("U__job", "job"), ("U__a__b", "a_b"), ("U__a_2e_b", "a.b"), ("U__a_1F600_b", "a😀b"),
            ("U__:9", ":9"), ("U__a_", "U__a_"), ("U__a_b", "U__a_b"), ("U__a_zz_", "U__a_zz_"),
            ("U__a_110000_", "U__a_110000_"), ("U__a_d800_", "U__a_d800_"), ("U__a_0000020_", "U__a_0000020_"),
            ("U__a_+1_", "U__a_+1_"), ("U__", ""), ("u__a", "u__a"),
        ])
    func escaped(text: String, name: String) { #expect(unescapedName(text) == name) }
}
