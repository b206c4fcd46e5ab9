import Testing

@testable import HTTPAPI

@Suite("The router")
struct RouterTests {
    private func client() -> RouteClient {
        var router = Router()
        router.family(under: "/api/v1", .prometheusAPI)
        router.family(under: "/api/v1/special", RouteFamily { .text("special: \($0.message)", status: $0.status) })
        router.on(.get, at: "/", .fast { _ in .text("root") })
        router.on(.get, .post, at: "/api/v1/query", .fast { request in .text("\(request.method.name)") })
        router.on(
            .get, at: "/api/v1/label/{name}/values", .fast { request in .text(request.pathParameters["name"] ?? "?") })
        router.on(.get, at: "/api/v1/label/fixed/values", .fast { _ in .text("literal") })
        router.on(
            .get, at: "/api/v1/label/{other}/more", .fast { request in .text(request.pathParameters["other"] ?? "?") })
        router.on(.get, at: "/api/v1/fails", .waiting { _ in throw Failure() })
        router.on(.get, at: "/api/v1/late", .fast { _ in throw HTTPError.api(.timeout, "too slow") })
        router.on(.get, at: "/api/v1/special/x", .fast { _ in throw HTTPError(.notFound, "gone", headers: ["X": "y"]) })
        return RouteClient(router: router)
    }

    private struct Failure: Error, CustomStringConvertible {
        let description = "cannot read: broken"
    }

    @Test(
        "finds literals before parameters",
        arguments: [
            ("/", "root"), ("/api/v1/query?query=up", "GET"), ("/api/v1/label/job/values", "job"),
            ("/api/v1/label/a%2Fb/values", "a/b"), ("/api/v1/label/fixed/values", "literal"),
            ("/api/v1/label/fixed/more", "fixed"),
        ])
    func finds(target: String, want: String) async throws {
        let answer = try await client().get(target)
        #expect(answer.status == .ok)
        #expect(answer.text == want)
    }

    @Test(
        "finds nothing where nothing is",
        arguments: ["/x", "//", "/api/v1/query/", "/api/v1/label//values", "/api/v1/label/a", "/api", "/api/v1"])
    func missing(target: String) async throws {
        #expect(try await client().get(target).status == .notFound)
    }

    @Test("names the methods that are allowed")
    func methods() async throws {
        let put = try await client().ask(.put, "/api/v1/query")
        #expect(put.status == .methodNotAllowed)
        #expect(put.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
        #expect(try await client().post("/").status == .methodNotAllowed)
        #expect(try await client().ask(.other("get"), "/").status == .methodNotAllowed)
        let options = try await client().ask(.options, "/")
        #expect(options.status == .noContent)
        #expect(options.headers["Allow"] == "GET, HEAD, OPTIONS")
        #expect(try await client().ask(.head, "/").status == .ok)
    }

    @Test("renders errors in the form of the family")
    func families() async throws {
        let missing = try await client().get("/api/v1/nothing")
        #expect(
            missing.text
                == #"{"status":"error","errorType":"not_found","error":"cannot find /api/v1/nothing: there is no such page"}"#
        )
        #expect(missing.headers["Content-Type"] == "application/json")
        #expect(try await client().get("/api/v10").headers["Content-Type"] == "text/plain; charset=utf-8")
        let late = try await client().get("/api/v1/late")
        #expect(late.status == .serviceUnavailable)
        #expect(late.text == #"{"status":"error","errorType":"timeout","error":"too slow"}"#)
        let failed = try await client().get("/api/v1/fails")
        #expect(failed.status == .internalServerError)
        #expect(failed.text == #"{"status":"error","errorType":"internal","error":"cannot read: broken"}"#)
        #expect(try await client().get("/api/v1/special/x").text == "special: gone")
    }

    @Test("lets other origins read the API, and nothing else")
    func crossOrigin() async throws {
        let answer = try await client().get("/api/v1/query", headers: ["Origin": "http://x"])
        #expect(answer.headers["Access-Control-Allow-Origin"] == "*")
        #expect(answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS")
        #expect(answer.headers.list("Vary") == "Origin,Accept-Encoding")
        #expect(try await client().get("/api/v1/query").headers["Access-Control-Allow-Origin"] == nil)
        #expect(
            try await client().get("/", headers: ["Origin": "http://x"]).headers["Access-Control-Allow-Origin"] == nil)
        let options = try await client().ask(.options, "/api/v1/query", headers: ["Origin": "http://x"])
        #expect(options.headers["Access-Control-Allow-Origin"] == "*")
    }

    @Test("forbids guessing of types", arguments: ["/", "/nothing", "/api/v1/late"])
    func sniffing(target: String) async throws {
        #expect(try await client().get(target).headers["X-Content-Type-Options"] == "nosniff")
    }
}
