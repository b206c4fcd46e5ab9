import Foundation
import Model
import Testing

@testable import HTTPAPI

@Suite("Clients that leave")
struct LeavingClientTests {
    @Test("while their request waits: its task is cancelled")
    func whileSuspended() async throws {
        let notes = Notes()
        try await withServer(testRouter(notes)) { server in
            var client: RawClient? = try RawClient(server.address.port)
            client?.send(request("/never"))
            #expect(await eventually { await notes.contains("begun") })
            client = nil
            #expect(await eventually { await notes.contains("cancelled") })
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("while they are sent a stream: its producer is cancelled")
    func whileStreaming() async throws {
        let notes = Notes()
        try await withServer(testRouter(notes)) { server in
            var client: RawClient? = try RawClient(server.address.port)
            client?.send(request("/endless"))
            #expect(client?.receive()?.isEmpty == false)
            client = nil
            #expect(await eventually { await notes.contains("cancelled") })
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("while the producer of a stream has nothing to say: it is cancelled too")
    func whileStreamIsSilent() async throws {
        let notes = Notes()
        var router = Router()
        router.on(
            .get, at: "/",
            .fast { _ in
                HTTPResponse(
                    body: .stream { writer in
                        try await writer.write(Array("begin".utf8))
                        do {
                            try await Task.sleep(nanoseconds: 3_600_000_000_000)
                        } catch {
                            await notes.add("cancelled")
                            throw error
                        }
                    })
            })
        try await withServer(router) { server in
            var client: RawClient? = try RawClient(server.address.port)
            client?.send(request("/"))
            #expect(client?.receive(until: "begin").contains("begin") == true)
            client = nil
            #expect(await eventually { await notes.contains("cancelled") })
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("or do not read: the producer of their stream waits, and memory stays bounded")
    func slowReader() async throws {
        let notes = Notes()
        try await withServer(testRouter(notes)) { server in
            let client = try RawClient(server.address.port)
            client.send(request("/endless"))
            var before = -1
            // Until nothing more is written: the buffer and the kernel's are full.
            #expect(
                await eventually {
                    usleep(100_000)
                    let now = await notes.all.count
                    defer { before = now }
                    return now > 0 && now == before
                })
            let written = before
            // The kernel takes up to some megabytes for a connection on this machine.
            #expect(written * 16_384 < 16 << 20)
            for _ in 0..<1000 { _ = client.receive() }
            #expect(await eventually { await notes.all.count > written })
        }
    }

    @Test("in the middle of sending: nothing is handled")
    func whileSending() async throws {
        try await withServer(testRouter()) { server in
            for part in [
                "GET /fa", "GET /fast HTTP/1.1\r\nHos",
                "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345",
            ] {
                let client = try RawClient(server.address.port)
                client.send(part)
            }
            #expect(await eventually { server.connectionCount == 0 })
        }
    }
}
