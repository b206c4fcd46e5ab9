import Foundation
import Model
import Testing

@testable import HTTPAPI

@Suite("The server")
struct ServerTests {
    @Test("answers, and closes when asked to", arguments: [("/fast", "fast\n"), ("/wait", "waited\n")])
    func answers(path: String, want: String) async throws {
        try await withServer(testRouter()) { server in
            let client = try RawClient(server.address.port)
            client.send(lastRequest(path))
            let answer = client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\r\nContent-Length: \(want.utf8.count)\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n" + want))
        }
    }

    @Test("answers requests on one connection in their order, sent at once or one by one")
    func pipelined() async throws {
        try await withServer(testRouter()) { server in
            let client = try RawClient(server.address.port)
            client.send(request("/wait") + request("/fast") + request("/none") + request("/wait"))
            client.send(lastRequest("/fast"))
            let bodies = client.receiveAll().components(separatedBy: "HTTP/1.1 ").dropFirst().map { answer in
                answer.components(separatedBy: "\r\n\r\n").last ?? ""
            }
            #expect(
                bodies == ["waited\n", "fast\n", "cannot find /none: there is no such page\n", "waited\n", "fast\n"])
        }
    }

    @Test("sends the head alone to HEAD", arguments: ["/fast", "/wait", "/endless"])
    func head(path: String) async throws {
        try await withServer(testRouter()) { server in
            let client = try RawClient(server.address.port)
            client.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("passes on repeated parameters")
    func parameters() async throws {
        try await withServer(testRouter()) { server in
            let client = try RawClient(server.address.port)
            client.send(lastRequest("/query?match[]=a%20b&x=1&match%5B%5D=%7Bc%3D%22d%22%7D"))
            #expect(client.receiveAll().hasSuffix("a b|{c=\"d\"}"))
        }
    }

    @Test("receives bodies, with their length and in chunks", arguments: [0, 1, 50_000, 100_000])
    func bodies(length: Int) async throws {
        let body = String(repeating: "x", count: length)
        try await withServer(testRouter()) { server in
            let client = try RawClient(server.address.port)
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n\(body)")
            #expect(client.receive(until: "\r\n\r\n\(body)").hasSuffix("\r\n\r\n\(body)"))
            client.send("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n")
            if length > 0 { client.send("\(String(length, radix: 16))\r\n\(body)\r\n") }
            client.send("0\r\n\r\n")
            #expect(client.receiveAll().hasSuffix("\r\n\r\n\(body)"))
        }
    }

    @Test("sends files, small and large", arguments: [0, 10, 3_000_000])
    func files(length: Int) async throws {
        var house = FakeHouse()
        house.backup = (0..<length).map { UInt8(truncatingIfNeeded: $0 >> 4) }
        try await withServer(.standard(fakeServices(house))) { server in
            let answer = try run("/usr/bin/curl", ["-sS", "\(server.url)api/v1/backup"])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output == house.backup)
        }
    }

    @Test("streams what is too large for memory, plain and compressed", arguments: [[], ["--compressed"]])
    func streams(options: [String]) async throws {
        var router = Router()
        router.on(
            .get, at: "/",
            .waiting { _ in
                HTTPResponse(
                    headers: ["Content-Type": "text/plain"],
                    body: .stream { writer in
                        for number in 0..<600 {
                            try await writer.write(Array("\(number):\(String(repeating: "a", count: 5000))\n".utf8))
                        }
                    })
            })
        let want = (0..<600).map { "\($0):\(String(repeating: "a", count: 5000))\n" }.joined()
        try await withServer(router) { server in
            let answer = try run("/usr/bin/curl", ["-sS"] + options + [server.url])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output == Array(want.utf8))
        }
    }

    @Test("breaks off the answer of a producer that fails")
    func brokenStream() async throws {
        var router = Router()
        router.on(
            .get, at: "/",
            .fast { _ in
                HTTPResponse(
                    body: .stream { writer in
                        try await writer.write(Array("begin".utf8))
                        throw CancellationError()
                    })
            })
        try await withServer(router) { server in
            let client = try RawClient(server.address.port)
            client.send(request("/"))
            let answer = client.receiveAll()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            #expect(!answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("runs waiting handlers where they may block, and others go on meanwhile")
    func blocking() async throws {
        let gate = DispatchSemaphore(value: 0)
        var router = testRouter()
        router.on(
            .get, at: "/block",
            .waiting { _ in
                block(gate)
                return .text("unblocked")
            })
        try await withServer(router) { server in
            let blocked = try RawClient(server.address.port)
            blocked.send(lastRequest("/block"))
            let other = try RawClient(server.address.port)
            other.send(request("/fast"))
            #expect(other.receive(until: "fast\n").hasSuffix("fast\n"))
            other.send(lastRequest("/wait"))
            #expect(other.receiveAll().hasSuffix("waited\n"))
            gate.signal()
            #expect(blocked.receiveAll().hasSuffix("unblocked"))
        }
    }
}

/// Blocks the thread, as a read of the store does.
private func block(_ gate: DispatchSemaphore) { gate.wait() }
