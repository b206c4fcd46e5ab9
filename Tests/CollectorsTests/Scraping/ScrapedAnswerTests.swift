import Foundation
import TestSupport
import Testing

@testable import Collectors

/// What is asked of targets, and what is made of their answers.
@Suite(.serialized) struct ScrapedAnswerTests {
    static let answers: [(name: String, answer: TestAnswer, up: String, said: String)] = [
        ("error", TestAnswer(500, "a 1\n"), "0", "the server answered with status 500"),
        ("nothing here", TestAnswer(404), "0", "the server answered with status 404"),
        ("no content", TestAnswer(204), "0", "the server answered with status 204"),
        ("in a circle", TestAnswer(302, headers: ["Location: /metrics"]), "0", "redirect"),
        ("empty", TestAnswer(), "1", ""),
        (
            "compressed", TestAnswer(headers: ["Content-Encoding: gzip"], body: gzipped(Array("a 1\n".utf8))), "1", ""
        ),
        (
            "broken", TestAnswer(headers: ["Content-Encoding: gzip"], body: Array("a 1\n".utf8)), "0", "cannot"
        ),
        (
            "OpenMetrics",
            TestAnswer(
                headers: ["Content-Type: application/openmetrics-text; version=1.0.0"], body: Array("a 1\n# EOF\n".utf8)
            ),
            "1", ""
        ),
        (
            "OpenMetrics without an end",
            TestAnswer(headers: ["Content-Type: application/openmetrics-text"], body: Array("a 1\n".utf8)),
            "0", "EOF"
        ),
        (
            "OpenMetrics without anything",
            TestAnswer(headers: ["Content-Type: application/openmetrics-text"], body: []),
            "0", "EOF"
        ),
    ]

    @Test(arguments: answers)
    func answersAreJudged(name: String, answer: TestAnswer, up: String, said: String) async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in answer })
        await bench.setTargets([server.address])
        try bench.round()
        #expect(try await bench.values("up") == [up])
        let status = try #require(try await bench.statuses().first)
        #expect(said.isEmpty ? status.lastError.isEmpty : status.lastError.contains(said), "\(status.lastError)")
        #expect(status.health == (up == "1" ? "up" : "down"))
        #expect(try await bench.values("a") == (up == "1" && name != "empty" ? ["1"] : []))
    }

    @Test func redirectsAreFollowedWhereAllowed() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: {
            $0.path == "/metrics" ? TestAnswer(301, headers: ["Location: /elsewhere"]) : TestAnswer("a 1\n")
        })
        await bench.setTargets([server.address])
        try bench.round()
        await bench.setTargets([server.address]) { $0.http.followRedirects = false }
        try bench.round()
        #expect(try await bench.values("up") == ["1", "0"])
    }

    /// Ways to send a text, some of which do not say beforehand how long it is.
    enum Sending: String, CaseIterable {
        case withItsLength
        case inChunks
        case compressed
        case untilTheEnd
        case withoutEnd

        func send(_ text: String, _ connection: TestConnection) {
            switch self {
            case .withItsLength: connection.write(TestAnswer(text).bytes)
            case .inChunks:
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for line in text.split(separator: "\n") {
                    connection.write("\(String(line.utf8.count + 1, radix: 16))\r\n\(line)\n\r\n")
                }
                connection.write("0\r\n\r\n")
            case .compressed:
                let body = gzipped(Array(text.utf8))
                connection.write(TestAnswer(headers: ["Content-Encoding: gzip"], body: body).bytes)
            case .untilTheEnd: connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(text)")
            case .withoutEnd:
                connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(text)")
                while connection.write("b 1\n") {}
            }
        }
    }

    /// Over the limit an answer is kept up to its last whole line, whether it says how long it will be or not: most programs
    /// do not. One without an end ends there.
    @Test(arguments: Sending.allCases)
    func answersOverTheSizeLimitAreCut(sending: Sending) async throws {
        let bench = try EngineBench()
        let text = (0..<100).map { "a{n=\"\($0)\"} 1\n" }.joined()
        let server = try HTTPTestServer { (connection: TestConnection) in
            guard connection.readRequest() != nil else { return }
            sending.send(text, connection)
        }
        await bench.setTargets([server.address]) { $0.limits.bodySize = 130 }
        try bench.round()
        #expect(try await bench.values("up") == ["1"])
        let kept = try await bench.values("a").count
        #expect(kept == 11, "\(kept)")
        #expect(bench.registry.value("vedette_samples_dropped_total", "body_size_limit") == 1)
        #expect(
            try await bench.statuses().first?.lastError
                == "body_size_limit exceeded: what came behind 130 bytes was left out")
        await bench.setTargets([server.address]) { ($0.limits.bodySize, $0.limits.action) = (130, .failScrape) }
        try bench.round()
        #expect(try await bench.values("up") == ["1", "0"])
    }

    @Test func allThatWasLeftOutOfACutAnswerIsSaid() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer(String(repeating: "a 1\n", count: 100)) })
        await bench.setTargets([server.address]) { $0.limits.bodySize = 13 }
        try bench.round()
        #expect(
            try await bench.statuses().first?.lastError
                == "body_size_limit exceeded: what came behind 13 bytes was left out; 2 samples left out; duplicate sample"
        )
    }

    /// What is kept of an answer must be one: neither a page that says what went wrong, nor nothing behind an endless head.
    @Test(arguments: ["an error", "a head without end"]) func whatIsNoAnswerIsNotCut(kind: String) async throws {
        let head = kind == "an error" ? "500 Oops" : "200 OK\r\nX-Long: \(String(repeating: "x", count: 140_000))"
        let body = String(repeating: "a 1\n", count: 100)
        let bench = try EngineBench()
        let server = try HTTPTestServer { (connection: TestConnection) in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 \(head)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        await bench.setTargets([server.address]) { $0.limits.bodySize = 130 }
        try bench.round()
        #expect(try await bench.values("up") == ["0"])
        #expect(try await bench.values("a") == [])
    }

    @Test func whoDoesNotAnswerInTimeIsDown() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer { (connection: TestConnection) in
            _ = connection.readRequest()
            connection.linger()
        }
        await bench.setTargets([server.address]) { $0.timeout = 100 }
        try bench.round()
        #expect(try await bench.values("up") == ["0"])
        #expect(try await bench.statuses().first?.lastError.contains("100") == true)
    }

    @Test func secretsInFilesAreReadAgain() async throws {
        let bench = try EngineBench()
        let server = try HTTPTestServer(answering: { _ in TestAnswer("a 1\n") })
        try bench.folder.write("token", "one")
        let text = """
            scrape_configs:
            - job_name: j
              scrape_interval: 1s
              authorization:
                credentials_file: \(bench.folder.path)/token
              static_configs:
              - targets: ["\(server.address)"]

            """
        let config = try #require(whole(text, files: .system).value?.scrapes.jobs.first)
        await bench.setTargets([server.address]) { $0 = config }
        try bench.round()
        try bench.folder.write("token", "two")
        try bench.round()
        try FileManager.default.removeItem(atPath: bench.folder.path + "/token")
        try bench.round()
        try bench.folder.write("token", "three")
        try bench.round()
        #expect(server.requests.map { $0["authorization"] } == ["Bearer one", "Bearer two", "Bearer three"])
        #expect(try await bench.values("up") == ["1", "1", "0", "1"])
    }
}
