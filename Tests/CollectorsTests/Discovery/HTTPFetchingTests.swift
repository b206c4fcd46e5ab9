import Configuration
import Foundation
import HTTPClient
import Model
import Testing
import Threads

@testable import Collectors

/// A server that answers one connection with fixed bytes, and keeps what it was asked.
private final class OneAnswer: @unchecked Sendable {
    // Sendable: `request` is written by the thread before it ends, and read after it was waited for.
    let port: UInt16
    private var request: [UInt8] = []
    private let ended = DispatchSemaphore(value: 0)

    init(_ answer: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, raw, &length) == 0
            }
        }
        try #require(bound)
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            let connection = accept(listener, nil, nil)
            var block = [UInt8](repeating: 0, count: 4096)
            while !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
                let count = read(connection, &block, block.count)
                if count <= 0 { break }
                request += block.prefix(count)
            }
            _ = Array(answer.utf8).withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
            close(connection)
            close(listener)
            ended.signal()
        }
    }

    func asked() -> [String] {
        ended.wait()
        return String(decoding: request, as: UTF8.self).split(separator: "\r\n").map { $0.lowercased() }
    }
}

@Suite(.timeLimit(.minutes(1))) struct HTTPFetchingTests {
    @Test func targetsComeFromARealServer() async throws {
        let body = #"[{"targets":["a:1"],"labels":{"x":"\u00e9"}}]"#
        let server = try OneAnswer(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let url = "http://127.0.0.1:\(server.port)/sd?x=y"
        let config = try #require(
            job("http_sd_configs: [{url: \"\(url)\", basic_auth: {username: u, password: p}}]").value?.httpDiscovery
                .first)
        let client = try HTTPClient()
        let groups = try await HTTPSource(config: config, fetcher: client, lane: BlockingLane()).ask()
        #expect(groups == [TargetGroup(targets: ["a:1"], labels: [Label("x", "é"), Label("__meta_url", url)])])
        let asked = server.asked()
        #expect(asked.first == "get /sd?x=y http/1.1")
        #expect(asked.contains("accept: application/json"))
        #expect(asked.contains("x-prometheus-refresh-interval-seconds: 60"))
        #expect(asked.contains("authorization: basic dtpw"))
        await client.close()
    }

    @Test func aServerThatIsNotThereIsAProblem() async throws {
        let client = try HTTPClient()
        let source = HTTPSource(
            config: HTTPDiscoveryConfig(url: "http://127.0.0.1:1/"), fetcher: client, lane: BlockingLane())
        let error = await #expect(throws: UserError.self) { try await source.ask() }
        #expect(error?.message.contains("127.0.0.1") == true)
        var secret = HTTPDiscoveryConfig(url: "http://127.0.0.1:1/")
        secret.http.authorization = .init(type: "Bearer", credentials: Secret(file: "/nosuch/token"))
        let other = await #expect(throws: UserError.self) {
            try await HTTPSource(config: secret, fetcher: client, lane: BlockingLane()).ask()
        }
        #expect(other?.message == "cannot read /nosuch/token: No such file or directory")
        await client.close()
    }
}
