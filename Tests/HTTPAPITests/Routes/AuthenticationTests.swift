import Foundation
import Testing

@testable import HTTPAPI

@Suite("Authentication")
struct AuthenticationTests {
    private func client() -> RouteClient {
        var router = Router.standard(fakeServices())
        router.authenticator = BasicAuthentication(users: [("ann", "s3cret:with colon"), ("bob", "")])
        return RouteClient(router: router)
    }

    private func basic(_ pair: String) -> HTTPHeaders {
        ["Authorization": "Basic \(Data(pair.utf8).base64EncodedString())"]
    }

    @Test("admits who knows a password", arguments: ["ann:s3cret:with colon", "bob:"])
    func admits(pair: String) async throws {
        #expect(try await client().get("/metrics", headers: basic(pair)).status == .ok)
    }

    @Test(
        "keeps out who does not",
        arguments: ["ann:", "ann:s3cret", "ann:s3cret:with colon2", "eve:x", "bob:x", ":", ""])
    func refuses(pair: String) async throws {
        let answer = try await client().get("/metrics", headers: basic(pair))
        #expect(answer.status == .unauthorized)
        #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Basic realm=") == true)
        #expect(!answer.text.contains("vedette_"))
    }

    @Test(
        "keeps out who says nothing, or nonsense", arguments: ["", "Basic", "Basic !!!", "Bearer YW5uOg==", "basic a"])
    func nonsense(field: String) async throws {
        #expect(try await client().get("/api/v1/targets", headers: ["Authorization": field]).status == .unauthorized)
    }

    @Test("leaves the probes open", arguments: ["/-/healthy", "/-/ready"])
    func probes(path: String) async throws {
        #expect(try await client().get(path).status == .ok)
    }

    @Test("asks a browser's OPTIONS for nothing")
    func options() async throws {
        #expect(try await client().ask(.options, "/api/v1/targets").status == .noContent)
    }

    @Test(
        "compares secrets",
        arguments: [
            ("", "", true), ("a", "a", true), ("a", "", false), ("", "a", false), ("a", "aa", false),
            ("aa", "a", false),
            ("ab", "ba", false), ("abc", "abd", false), ("abab", "ab", false), ("ab", "abab", false),
        ])
    func compares(known: String, given: String, want: Bool) {
        #expect(equalInConstantTime(Array(known.utf8), Array(given.utf8)) == want)
    }
}
