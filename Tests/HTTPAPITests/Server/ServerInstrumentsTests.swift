import Instruments
import Testing

@testable import HTTPAPI

@Suite("What the server counts")
struct ServerInstrumentsTests {
    private let registry = Registry()

    /// The values of a family, with their labels' values.
    private func values(_ name: String) -> Set<String> {
        let samples = registry.snapshots().first { $0.name == name }?.samples ?? []
        return Set(
            samples.filter { !$0.name.hasSuffix("_bucket") && !$0.name.hasSuffix("_sum") }.map { sample in
                "\(sample.labels.map(\.value).joined(separator: " ")) \(Int(sample.value))"
            })
    }

    @Test("is a request under its route's pattern, whatever was asked for")
    func requests() async throws {
        var router = testRouter()
        router.on(.get, at: "/named/{name}/end", .fast { .text($0.pathParameters["name"] ?? "") })
        router.on(.get, at: "/broken", .waiting { _ in throw HTTPError(.internalServerError, "cannot") })
        try await withServer(router, registry: registry) { server in
            let client = try RawClient(server.address.port)
            for _ in 0..<3 {
                client.send(request("/fast"))
                _ = client.receive(until: "fast\n")
            }
            for path in ["/named/one/end", "/named/two/end?x=/fast", "/wait", "/broken", "/nowhere", "/elsewhere"] {
                let client = try RawClient(server.address.port)
                client.send(lastRequest(path))
                #expect(client.receiveAll().hasPrefix("HTTP/1.1"))
            }
            let other = try RawClient(server.address.port)
            other.send("OPTIONS /fast HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(other.receiveAll().hasPrefix("HTTP/1.1 204"))
        }
        #expect(
            values("vedette_http_requests_total") == [
                "/fast 200 3", "/fast 204 1", "/named/{name}/end 200 2", "/wait 200 1", "/broken 500 1", "none 404 2",
            ])
        #expect(
            values("vedette_http_request_seconds") == [
                "/fast 4", "/named/{name}/end 2", "/wait 1", "/broken 1", "none 2",
            ])
    }

    @Test("is also a request whose client did not wait for the answer")
    func leaving() async throws {
        let notes = Notes()
        try await withServer(testRouter(notes), registry: registry) { server in
            let client = try RawClient(server.address.port)
            client.send(request("/never"))
            #expect(await eventually { await notes.contains("begun") })
        }
        let all = values("vedette_http_requests_total")
        #expect(all.count == 1 && all.first?.hasPrefix("/never ") == true, "\(all)")
    }

    @Test("are connections, and those that are refused")
    func connections() async throws {
        var limits = ServerLimits()
        limits.connections = 2
        try await withServer(testRouter(), limits: limits, registry: registry) { server in
            let served = try (0..<2).map { _ in try RawClient(server.address.port) }
            #expect(await eventually { server.connectionCount == 2 })
            #expect(values("vedette_http_connections_refused_total") == [" 0"])
            let told = try (0..<16).map { _ in try RawClient(server.address.port) }
            #expect(await eventually { server.connectionCount == 18 })
            #expect(values("vedette_http_connections") == [" 18"])
            #expect(try RawClient(server.address.port).isClosed)
            #expect(await eventually { values("vedette_http_connections_refused_total") == [" 17"] })
            withExtendedLifetime((served, told)) {}
        }
    }
}
