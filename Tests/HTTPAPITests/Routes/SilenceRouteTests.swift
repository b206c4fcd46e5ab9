import Foundation
import Testing

@testable import HTTPAPI

@Suite("Silences and maintenance over HTTP")
struct SilenceRouteTests {
    private let json: HTTPHeaders = ["Content-Type": "application/json; charset=utf-8"]

    @Test("Alertmanager's two routes answer as its own do: without an envelope")
    func alertmanager() async throws {
        let client = judgingClient(FakeJudging())
        #expect(try await client.get("/api/v2/silences").text == "[]")
        let made = try await client.post("/api/v2/silences", headers: json, body: #"{"a":1}"#)
        #expect(made.status == .ok)
        #expect(made.text == #"{"silenceID":"s1"}"#)
        #expect(made.headers["Content-Type"] == "application/json")
        #expect(try await client.get("/api/v2/silences").text == #"[{"a":1}]"#)
        #expect(try await client.get("/api/v2/silence/s1").text == #"{"a":1}"#)
        let ended = try await client.ask(.delete, "/api/v2/silence/s1")
        #expect(ended.status == .ok)
        #expect(ended.body.isEmpty)
        let again = try await client.ask(.delete, "/api/v2/silence/s1")
        #expect(again.status == .notFound)
        #expect(again.text == #""cannot find silence \"s1\"""#)
        #expect(try await client.get("/api/v2/silence/s1").status == .notFound)
    }

    @Test("Ours answer in the form of the API, by both paths", arguments: ["silence", "silences"])
    func ours(path: String) async throws {
        let client = judgingClient(FakeJudging())
        #expect(
            try await client.post("/api/v1/silences", headers: json, body: #"{"a":1}"#).text
                == #"{"status":"success","data":{"silenceID":"s1"}}"#)
        #expect(try await client.get("/api/v1/silences").text == #"{"status":"success","data":[{"a":1}]}"#)
        #expect(try await client.get("/api/v1/\(path)/s1").text == #"{"status":"success","data":{"a":1}}"#)
        #expect(try await client.ask(.delete, "/api/v1/\(path)/s1").text == #"{"status":"success"}"#)
        let gone = try await client.ask(.delete, "/api/v1/\(path)/s1")
        #expect(gone.status == .notFound)
        #expect(gone.text == #"{"status":"error","errorType":"not_found","error":"cannot find silence \"s1\""}"#)
    }

    @Test("Maintenance windows come and go the same way")
    func maintenance() async throws {
        let client = judgingClient(FakeJudging())
        #expect(
            try await client.post("/api/v1/maintenance", headers: json, body: #"{"name":"a"}"#).text
                == #"{"status":"success","data":{"name":"a"}}"#)
        #expect(try await client.get("/api/v1/maintenance").text == #"{"status":"success","data":[{"name":"a"}]}"#)
        #expect(try await client.get("/api/v1/maintenance/s1").text == #"{"status":"success","data":{"name":"a"}}"#)
        #expect(try await client.ask(.delete, "/api/v1/maintenance/s1").text == #"{"status":"success"}"#)
        #expect(try await client.ask(.delete, "/api/v1/maintenance/s1").status == .notFound)
        #expect(try await client.get("/api/v1/maintenance/s1").status == .notFound)
    }

    @Test("Filters are handed on, and what is wrong with them is a string for Alertmanager's clients")
    func filters() async throws {
        let judging = FakeJudging()
        let client = judgingClient(judging)
        #expect(try await client.get("/api/v2/silences?filter=a%3D%22b%22&filter=c%3Dd").status == .ok)
        #expect(judging.mutings.lastAsked == [#"a="b""#, "c=d"])
        let wrong = try await client.get("/api/v2/silences?filter=%7B")
        #expect(wrong.status == .badRequest)
        #expect(wrong.text == #""cannot read matchers \"{\"""#)
    }

    @Test(
        "What is wrong is told in the form of the family",
        arguments: [
            ("/api/v2/silences", #""cannot make silence: refused""#),
            ("/api/v1/silences", #"{"status":"error","errorType":"bad_data","error":"cannot make silence: refused"}"#),
            (
                "/api/v1/maintenance",
                #"{"status":"error","errorType":"bad_data","error":"cannot make silence: refused"}"#
            ),
        ])
    func refused(path: String, body: String) async throws {
        let answer = try await judgingClient(FakeJudging()).post(path, headers: json, body: "refuse")
        #expect(answer.status == .badRequest)
        #expect(answer.text == body)
    }

    @Test(
        "A page of another origin cannot change anything: it may send only what is refused",
        arguments: ["/api/v1/silences", "/api/v2/silences", "/api/v1/maintenance"])
    func otherOrigins(path: String) async throws {
        let judging = FakeJudging()
        let client = judgingClient(judging)
        for type in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
        {
            let headers: HTTPHeaders = type.isEmpty ? [:] : ["Content-Type": type, "Origin": "http://evil"]
            let answer = try await client.post(path, headers: headers, body: "{}")
            #expect(answer.status == .unsupportedMediaType, "\(type)")
        }
        #expect(try judging.mutings.silences(having: [], at: 0).isEmpty)
        for path in [path, path + "/s1"] where path != "/api/v2/silences/s1" {
            let asked = try await client.ask(
                .options, path, headers: ["Origin": "http://evil", "Access-Control-Request-Method": "DELETE"])
            #expect(asked.headers["Access-Control-Allow-Origin"] == nil)
        }
    }

    @Test("A method that is not there is told to Alertmanager's clients with a code")
    func methods() async throws {
        let answer = try await judgingClient(FakeJudging()).ask(.put, "/api/v2/silences")
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(
            answer.text
                == #"{"code":405,"message":"cannot PUT /api/v2/silences: the method is not allowed"}"#)
    }

    @Test(
        "Who does not know a password changes nothing and sees nothing",
        arguments: [
            (HTTPMethod.get, "/api/v1/actions"), (.get, "/api/v1/actions/1"), (.get, "/api/v1/thresholds"),
            (.get, "/api/v1/rules"), (.get, "/api/v1/alerts"), (.get, "/api/v1/leadership"),
            (.get, "/api/v1/silences"), (.post, "/api/v1/silences"), (.delete, "/api/v1/silence/s1"),
            (.get, "/api/v2/silences"), (.post, "/api/v2/silences"), (.delete, "/api/v2/silence/s1"),
            (.get, "/api/v1/maintenance"), (.post, "/api/v1/maintenance"), (.delete, "/api/v1/maintenance/s1"),
        ])
    func passwords(method: HTTPMethod, path: String) async throws {
        let client = judgingClient(FakeJudging(), authenticator: BasicAuthentication(users: [("a", "b")]))
        let answer = try await client.ask(method, path, headers: json, body: "{}")
        #expect(answer.status == .unauthorized)
    }

    @Test(
        "Bodies have a limit of their own", arguments: ["/api/v1/silences", "/api/v2/silences", "/api/v1/maintenance"])
    func limits(path: String) throws {
        var services = fakeServices()
        services.judging = FakeJudging().services
        let request = try HTTPRequest(method: .post, target: path, headers: json)
        #expect(try Router.standard(services).route(request).route.bodyLimit == 64 * 1024)
    }
}
