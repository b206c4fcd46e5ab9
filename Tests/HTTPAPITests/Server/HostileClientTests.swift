import Foundation
import Model
import Testing

@testable import HTTPAPI

@Suite("Clients that do as they like")
struct HostileClientTests {
    private func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    /// The server still serves others.
    private func expectAlive(_ server: HTTPServer) throws {
        let client = try RawClient(server.address.port)
        client.send(lastRequest("/fast"))
        #expect(client.receiveAll().hasSuffix("fast\n"))
    }

    @Test(
        "are cut off when they drip",
        arguments: [
            "GET /fast HTTP/1.1\r\nHost: x\r\nX: ", "GET /", "\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        ])
    func drip(start: String) async throws {
        let limits = limits {
            $0.headTime = 150
            $0.bodyTime = 150
        }
        try await withServer(testRouter(), limits: limits) { server in
            let client = try RawClient(server.address.port)
            client.send(start)
            let begun = monotonicNanoseconds()
            var drops = 0
            while drops < 300, client.send("1") {
                drops += 1
                usleep(20_000)
            }
            #expect(drops < 300)
            #expect(monotonicNanoseconds() - begun < 5_000_000_000)
            try expectAlive(server)
        }
    }

    @Test("are cut off when they say nothing, before the first request or after it")
    func silence() async throws {
        let limits = limits {
            $0.headTime = 100
            $0.idleTime = 100
        }
        try await withServer(testRouter(), limits: limits) { server in
            let silent = try RawClient(server.address.port)
            let kept = try RawClient(server.address.port)
            kept.send(request("/fast"))
            #expect(kept.receive(until: "fast\n").hasSuffix("fast\n"))
            #expect(silent.isClosed)
            #expect(kept.isClosed)
            #expect(await eventually { server.connectionCount == 0 })
        }
    }

    @Test("are not cut off while we take our time")
    func slowHandler() async throws {
        let limits = limits {
            $0.headTime = 50
            $0.bodyTime = 50
        }
        var router = Router()
        router.on(
            .get, at: "/",
            .waiting { _ in
                try await Task.sleep(nanoseconds: 400_000_000)
                return .text("at last")
            })
        try await withServer(router, limits: limits) { server in
            let client = try RawClient(server.address.port)
            client.send(lastRequest("/"))
            #expect(client.receiveAll().hasSuffix("at last"))
        }
    }

    @Test("hear 431 when the head is too long, and 414 when the URL is")
    func longHeads() async throws {
        try await withServer(testRouter()) { server in
            let long = String(repeating: "a", count: 100_000)
            let head = try RawClient(server.address.port)
            head.send("GET /fast HTTP/1.1\r\nHost: x\r\nX: \(long)\r\n\r\n")
            #expect(head.receive(until: "\r\n").hasPrefix("HTTP/1.1 431 "))
            let endless = try RawClient(server.address.port)
            var lines = 0
            endless.send("GET /fast HTTP/1.1\r\nHost: x\r\n")
            while lines < 100_000, endless.send("X-\(lines): \(lines)\r\n") { lines += 1 }
            #expect(lines < 100_000)
            let line = try RawClient(server.address.port)
            line.send("GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(line.receive(until: "\r\n").hasPrefix("HTTP/1.1 414 "))
            let target = try RawClient(server.address.port)
            target.send(request("/\(long.prefix(9000))"))
            #expect(target.receive(until: "\r\n").hasPrefix("HTTP/1.1 414 "))
            try expectAlive(server)
        }
    }

    @Test("hear 413 when the body is too long, and may go on when it was only a little")
    func longBodies() async throws {
        try await withServer(testRouter()) { server in
            let polite = try RawClient(server.address.port)
            polite.send("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n12345678901")
            #expect(polite.receive(until: "10 bytes\n").hasPrefix("HTTP/1.1 413 "))
            polite.send("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1234567890")
            #expect(polite.receive(until: "1234567890").hasPrefix("HTTP/1.1 200 "))
            let huge = try RawClient(server.address.port)
            huge.send("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
            #expect(huge.receiveAll().hasPrefix("HTTP/1.1 413 "))
            let chunked = try RawClient(server.address.port)
            chunked.send(
                "POST /tiny HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n12345678901234567890\r\n0\r\n\r\n"
            )
            #expect(chunked.receive(until: "10 bytes\n").hasPrefix("HTTP/1.1 413 "))
            let endless = try RawClient(server.address.port)
            endless.send("POST /tiny HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = "10000\r\n\(String(repeating: "x", count: 0x10000))\r\n"
            var pieces = 0
            while pieces < 1000, endless.send(piece) { pieces += 1 }
            #expect(pieces < 1000)
            try expectAlive(server)
        }
    }

    @Test("share what memory there is for bodies")
    func bodiesInFlight() async throws {
        try await withServer(testRouter(), limits: limits { $0.bodiesInFlight = 60_000 }) { server in
            let half = String(repeating: "x", count: 50_000)
            let first = try RawClient(server.address.port)
            first.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n\(half)")
            #expect(await eventually { server.bodyBytes == 50_000 })
            let second = try RawClient(server.address.port)
            second.send("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 50000\r\n\r\n\(half)")
            #expect(second.receiveAll().hasPrefix("HTTP/1.1 503 "))
            first.send(String(repeating: "y", count: 10_000))
            #expect(first.receive(until: "yyyy").hasPrefix("HTTP/1.1 200 "))
            let third = try RawClient(server.address.port)
            #expect(await eventually { server.bodyBytes == 0 })
            third.send("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 50000\r\n\r\n\(half)")
            #expect(third.receiveAll().hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("get their answer when they have said that they will send no more")
    func halfClosed() async throws {
        try await withServer(testRouter(), limits: limits { $0.headTime = 1000 }) { server in
            let client = try RawClient(server.address.port)
            client.send(request("/fast"))
            client.finishSending()
            #expect(client.receive(until: "fast\n").hasSuffix("fast\n"))
            #expect(client.isClosed)
        }
    }

    @Test(
        "who talk nonsense are answered or closed",
        arguments: [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /fast HTTP/1.1\r\n: x\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}",
        ])
    func nonsense(text: String) async throws {
        try await withServer(testRouter(), limits: limits { $0.headTime = 1000 }) { server in
            let client = try RawClient(server.address.port)
            client.send(text)
            client.finishSending()
            let answer = client.receiveAll()
            #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(answer)")
            try expectAlive(server)
        }
    }

    @Test("are told when there are too many of them, and closed when there are far too many")
    func tooMany() async throws {
        try await withServer(testRouter(), limits: limits { $0.connections = 4 }) { server in
            var kept: [RawClient] = []
            for _ in 0..<4 {
                let client = try RawClient(server.address.port)
                client.send(request("/fast"))
                #expect(client.receive(until: "fast\n").hasPrefix("HTTP/1.1 200 "))
                kept.append(client)
            }
            let surplus = try RawClient(server.address.port)
            surplus.send(request("/fast"))
            #expect(surplus.receiveAll().hasPrefix("HTTP/1.1 503 "))
            #expect(await eventually { server.connectionCount == 4 })
            for _ in 0..<16 { kept.append(try RawClient(server.address.port)) }
            #expect(await eventually { server.connectionCount == 20 })
            #expect(try RawClient(server.address.port).isClosed)
            kept.removeAll()
            #expect(await eventually { server.connectionCount == 0 })
            try expectAlive(server)
        }
    }

    @Test("are served a thousand at once")
    func thousand() async throws {
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        files.rlim_cur = min(files.rlim_max, 8192)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        try #require(files.rlim_cur >= 2500, "the machine allows too few open files for this test")
        try await withServer(testRouter()) { server in
            let clients = try (0..<1000).map { _ in try RawClient(server.address.port) }
            for (number, client) in clients.enumerated() { client.send(request(number % 2 == 0 ? "/fast" : "/wait")) }
            for (number, client) in clients.enumerated() {
                let want = number % 2 == 0 ? "fast\n" : "waited\n"
                #expect(client.receive(until: want).hasSuffix(want))
            }
            #expect(server.connectionCount == 1000)
        }
    }
}
