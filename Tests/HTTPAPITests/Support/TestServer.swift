import Instruments
import Logging
import Model
import Testing

@testable import HTTPAPI

/// Starts a server on a port that the kernel chooses, and stops it. Whatever a test has done to it: at the end no task and no
/// connection is left over, and nothing is leaked.
func withServer(
    _ router: Router, limits: ServerLimits = ServerLimits(), tls: TLSFiles? = nil, registry: Registry = Registry(),
    _ body: (HTTPServer) async throws -> Void
) async throws {
    let freed = AllFreed()
    try await withServer(freed.observing(router), limits, tls, registry, body)
    #expect(await eventually { freed.isTrue })
}

private func withServer(
    _ router: Router, _ limits: ServerLimits, _ tls: TLSFiles?, _ registry: Registry,
    _ body: (HTTPServer) async throws -> Void
) async throws {
    let server = try HTTPServer.start(
        on: ListenAddress(host: "127.0.0.1", port: 0), router: router, limits: limits, tls: tls,
        registry: registry, logger: Logger(level: .error))
    do {
        try await body(server)
    } catch {
        await server.stop(within: 0)
        throw error
    }
    await server.stop(within: 2000)
    #expect(server.connectionCount == 0)
    #expect(await eventually { server.taskCount == 0 })
}

/// Tells whether everything that knows a router is gone: the server, its connections, its requests.
private final class AllFreed {
    private final class Token: Sendable {}

    private weak var token: Token?

    func observing(_ router: Router) -> Router {
        let token = Token()
        self.token = token
        var router = router
        router.on(.get, at: "/token", .fast { [token] _ in .text("\(token)") })
        return router
    }

    var isTrue: Bool { token == nil }
}

/// Whether something comes true within ten seconds: for what another thread does in its own time.
func eventually(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<2000 {
        if await condition() { return true }
        do {
            try await Task.sleep(nanoseconds: 5_000_000)
        } catch {
            return false
        }
    }
    return await condition()
}

/// What handlers note for their test.
actor Notes {
    private(set) var all: [String] = []

    func add(_ note: String) { all.append(note) }

    func contains(_ note: String) -> Bool { all.contains(note) }
}

/// A router with the handlers that the tests of the server need.
func testRouter(_ notes: Notes = Notes()) -> Router {
    var router = Router()
    router.on(.get, at: "/fast", .fast { _ in .text("fast\n") })
    router.on(.get, at: "/wait", .waiting { _ in .text("waited\n") })
    router.on(.get, at: "/peer", .fast { .text($0.peer) })
    router.on(.get, at: "/query", .fast { .text($0.query.all("match[]").joined(separator: "|")) })
    router.on(.post, at: "/echo", bodyLimit: 100_000, .waiting { .bytes($0.body, type: "application/octet-stream") })
    router.on(.post, at: "/tiny", bodyLimit: 10, .fast { .bytes($0.body, type: "application/octet-stream") })
    router.on(
        .get, at: "/never",
        .waiting { _ in
            await notes.add("begun")
            do {
                try await Task.sleep(nanoseconds: 3_600_000_000_000)
            } catch {
                await notes.add("cancelled")
                throw error
            }
            return .text("never")
        })
    router.on(
        .get, at: "/endless",
        .fast { _ in
            HTTPResponse(
                headers: ["Content-Type": "application/octet-stream"],
                body: .stream { writer in
                    do {
                        for _ in 0..<Int.max {
                            try await writer.write([UInt8](repeating: 0x61, count: 16_384))
                            await notes.add("written")
                        }
                    } catch {
                        await notes.add("cancelled")
                        throw error
                    }
                })
        })
    return router
}
