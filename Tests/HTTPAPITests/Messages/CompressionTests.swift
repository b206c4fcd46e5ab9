import Model
import Testing

@testable import HTTPAPI

@Suite("Compression")
struct CompressionTests {
    @Test(
        "is done for those who take it",
        arguments: [
            ("gzip", true), ("deflate, gzip", true), ("GZIP;q=0.5", true), ("*", true), ("x-gzip", true), ("", false),
            ("identity", false), ("gzip;q=0", false), ("gzip; q=0.000", false), ("*;q=0", false),
            ("*, gzip;q=0", false),
            ("gzipped", false), ("br", false),
        ])
    func accepts(field: String, want: Bool) { #expect(acceptsGzip(field) == want) }

    @Test("comes out as it went in", arguments: [0, 1, 1023, 100_000, 3_000_000])
    func roundTrip(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        #expect(try gunzip(try #require(gzip(bytes))) == bytes)
    }

    private func router() -> Router {
        var router = Router()
        let long = String(repeating: "up 1\n", count: 1000)
        router.on(.get, at: "/long", .fast { _ in .text(long) })
        router.on(.get, at: "/short", .fast { _ in .text("short") })
        router.on(.get, at: "/image", .fast { _ in .bytes(Array(long.utf8), type: "image/png") })
        router.on(
            .get, at: "/stream",
            .fast { _ in
                HTTPResponse(
                    headers: ["Content-Type": "application/json"],
                    body: .stream { writer in
                        for _ in 0..<1000 { try await writer.write(Array("up 1\n".utf8)) }
                    })
            })
        return router
    }

    @Test("leaves alone what is short, of the wrong type, or not asked for")
    func plain() async throws {
        let client = RouteClient(router: router())
        for path in ["/short", "/image"] {
            let answer = try await client.get(path, headers: ["Accept-Encoding": "gzip"])
            #expect(answer.headers["Content-Encoding"] == nil)
        }
        let answer = try await client.get("/long")
        #expect(answer.body.count == 5000)
        #expect(answer.headers["Vary"] == "Accept-Encoding")
    }

    @Test("covers bytes and streams", arguments: ["/long", "/stream"])
    func compresses(path: String) async throws {
        let answer = try await RouteClient(router: router()).get(path, headers: ["Accept-Encoding": "gzip"])
        #expect(answer.headers["Content-Encoding"] == "gzip")
        #expect(answer.headers["Vary"] == "Accept-Encoding")
        #expect(answer.body.count < 500)
        #expect(String(decoding: try gunzip(answer.body), as: UTF8.self) == String(repeating: "up 1\n", count: 1000))
    }
}
