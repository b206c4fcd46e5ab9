import Testing

@testable import HTTPAPI

@Suite("The files of the web page")
struct StaticFileTests {
    private let client = RouteClient(router: .standard(fakeServices()))

    @Test("are there, typed, and closed to everything foreign", arguments: ["/", "/vedette.css", "/vedette.js"])
    func there(path: String) async throws {
        let answer = try await client.get(path)
        #expect(answer.status == .ok)
        #expect(answer.headers["Content-Type"]?.hasPrefix("text/") == true)
        #expect(answer.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(answer.headers["Cache-Control"] == "no-cache")
        #expect(!answer.text.contains("http://") && !answer.text.contains("https://"))
    }

    @Test("refer to each other only")
    func references() async throws {
        let page = try await client.get("/").text
        for reference in page.matches(of: /(?:src|href)="(\/[^"?]*)/) {
            #expect(try await client.get(String(reference.1)).status == .ok, "\(reference.1)")
        }
        // The policy forbids both.
        #expect(!page.contains("style="))
        #expect(!page.contains("<script>"))
    }

    @Test("are sent once to those who keep them")
    func conditional() async throws {
        let first = try await client.get("/")
        let tag = try #require(first.headers["ETag"])
        for field in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let again = try await client.get("/", headers: ["If-None-Match": field])
            #expect(again.status == .notModified)
            #expect(again.body.isEmpty)
            #expect(again.headers["ETag"] == tag)
        }
        for field in ["\"x\"", "", String(tag.dropLast())] {
            #expect(try await client.get("/", headers: ["If-None-Match": field]).status == .ok)
        }
    }

    @Test("have a tag of their own when compressed")
    func compressed() async throws {
        let plain = try await client.get("/")
        let small = try await client.get("/", headers: ["Accept-Encoding": "gzip"])
        #expect(small.headers["Content-Encoding"] == "gzip")
        #expect(small.headers["ETag"] != plain.headers["ETag"])
        #expect(small.headers.list("Vary") == "Accept-Encoding")
        #expect(plain.headers.list("Vary") == "Accept-Encoding")
        #expect(try gunzip(small.body) == plain.body)
    }
}
