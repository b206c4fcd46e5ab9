import Logging
import Model
import Testing

@testable import HTTPAPI

@Suite("Stopping the server")
struct StoppingTests {
    private func start(_ router: Router) throws -> HTTPServer {
        try HTTPServer.start(
            on: ListenAddress(host: "127.0.0.1", port: 0), router: router, logger: Logger(level: .error))
    }

    @Test("lets a request come to its end")
    func drains() async throws {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let notes = Notes()
        var router = Router()
        router.on(
            .get, at: "/",
            .waiting { _ in
                await notes.add("begun")
                for await _ in gate {}
                return .text("done")
            })
        let server = try start(router)
        let client = try RawClient(server.address.port)
        client.send(request("/"))
        #expect(await eventually { await notes.contains("begun") })
        async let stopped: Void = server.stop(within: 10_000)
        #expect(await eventually { server.isStopping })
        opening.finish()
        let answer = client.receiveAll()
        #expect(answer.hasSuffix("done"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        await stopped
        #expect(throws: UserError.self) { try RawClient(server.address.port) }
    }

    @Test("gives up a request that does not end, tells its client, and cancels its task")
    func givesUp() async throws {
        let notes = Notes()
        let server = try start(testRouter(notes))
        let client = try RawClient(server.address.port)
        client.send(request("/never"))
        #expect(await eventually { await notes.contains("begun") })
        await server.stop(within: 50)
        #expect(client.receiveAll().hasPrefix("HTTP/1.1 503 "))
        #expect(await eventually { await notes.contains("cancelled") })
        #expect(await eventually { server.taskCount == 0 })
    }

    @Test("breaks off a stream, whether its client reads or not")
    func stream() async throws {
        let notes = Notes()
        let server = try start(testRouter(notes))
        let client = try RawClient(server.address.port)
        client.send(request("/endless"))
        #expect(await eventually { await notes.contains("written") })
        await server.stop(within: 50)
        #expect(await eventually { await notes.contains("cancelled") })
        #expect(await eventually { server.taskCount == 0 })
    }

    @Test("closes idle connections, and may be asked twice")
    func idle() async throws {
        let server = try start(testRouter())
        let fresh = try RawClient(server.address.port)
        let kept = try RawClient(server.address.port)
        kept.send(request("/fast"))
        #expect(kept.receive(until: "fast\n").hasSuffix("fast\n"))
        await server.stop(within: 1000)
        await server.stop(within: 1000)
        #expect(fresh.isClosed)
        #expect(kept.isClosed)
    }

    @Test("may come at any moment, also while clients come and go")
    func busy() async throws {
        for _ in 0..<500 {
            let server = try start(testRouter())
            let port = server.address.port
            let begun = Notes()
            let clients = Task.detached {
                // Until nobody listens any more.
                while true {
                    guard case .success(let client) = Result(catching: { try RawClient(port) }) else { return }
                    client.send(request("/fast"))
                    await begun.add("one")
                }
            }
            #expect(await eventually { await begun.contains("one") })
            await server.stop(within: 0)
            await clients.value
        }
    }
}
