import HTTPClient
import TestSupport
import Testing

/// Servers that do what no server should. Each transfer ends with the right code and a sentence, and in time.
@Suite struct HostileServerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: HTTPFailure.Code
        /// What the sentence says behind "cannot … URL: ".
        let reason: String
        let change: @Sendable (inout HTTPRequest) -> Void
        let behaviour: HTTPTestServer.Behaviour

        init(
            _ name: String, _ code: HTTPFailure.Code, _ reason: String,
            _ change: @escaping @Sendable (inout HTTPRequest) -> Void = { _ in },
            _ behaviour: @escaping HTTPTestServer.Behaviour
        ) {
            testDescription = name
            self.code = code
            self.reason = reason
            self.change = change
            self.behaviour = behaviour
        }
    }

    static let cases = [
        Case("hangs after accept", .timeout, "no answer within 150ms", { $0.timeout = 150 }) { $0.linger() },
        Case("hangs after the request", .timeout, "no answer within 150ms", { $0.timeout = 150 }) {
            _ = $0.readRequest()
            $0.linger()
        },
        Case("drips the head", .timeout, "not the whole answer within 200ms", { $0.timeout = 200 }) { connection in
            _ = connection.readRequest()
            for byte in "HTTP/1.1 200 OK\r\n".utf8 {
                guard connection.write([byte]), connection.linger(atMost: 30) else { return }
            }
        },
        Case("drips the body", .timeout, "not the whole answer within 200ms", { $0.timeout = 200 }) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.write("x"), connection.linger(atMost: 20) {}
        },
        Case("closes at once", .truncated, "connection") { _ in },
        Case("closes after the request", .truncated, "the connection was closed without an answer") {
            _ = $0.readRequest()
        },
        Case("resets after the request", .truncated, "connection reset by peer") {
            _ = $0.readRequest()
            $0.resetOnClose()
        },
        Case("closes within the head", .truncated, "the connection was closed within the headers") {
            _ = $0.readRequest()
            $0.write("HTTP/1.1 200 OK\r\nContent-Le")
        },
        Case("body shorter than its length", .truncated, "the connection was closed within the answer") {
            _ = $0.readRequest()
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        },
        Case("chunked body without its end", .truncated, "the connection was closed within the answer") {
            _ = $0.readRequest()
            $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        },
        Case("endless body", .tooLarge, "the body is larger than 100000 bytes", { $0.bodyLimit = 100_000 }) {
            connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 120, count: 10_000)) {}
        },
        Case("endless chunks", .tooLarge, "the body is larger than 1 byte", { $0.bodyLimit = 1 }) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.write("1\r\nx\r\n") {}
        },
        Case("a length above the limit", .tooLarge, "the body is larger than 9 bytes", { $0.bodyLimit = 9 }) {
            connection in
            _ = connection.readRequest()
            // One byte of ten is enough to know.
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
            connection.linger()
        },
        Case(
            "gzip bomb", .tooLarge, "the body is larger than 1048576 bytes",
            {
                $0.bodyLimit = 1 << 20
                $0.acceptsCompression = true
            },
            { connection in
                let bomb = gzipped([UInt8](repeating: 0, count: 64 << 20))
                while connection.readRequest() != nil,
                    connection.write(TestAnswer(headers: ["Content-Encoding: gzip"], body: bomb).bytes)
                {}
            }),
        Case("broken gzip", .protocol, "compressed answer is damaged", { $0.acceptsCompression = true }) { connection in
            _ = connection.readRequest()
            connection.write(TestAnswer(headers: ["Content-Encoding: gzip"], "this is not gzip").bytes)
        },
        Case("endless headers", .headTooLarge, "the headers are larger than 131072 bytes") { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-More: of the same\r\n") {}
        },
        Case("one huge header", .headTooLarge, "the headers are larger", { $0.headLimit = 1000 }) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nX-Huge: \(String(repeating: "x", count: 50_000))\r\n\r\n")
        },
        Case("a header line without end", .headTooLarge, "a header is larger than libcurl takes", { $0.timeout = 5000 })
        {
            connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nX-Huge: ")
            while connection.write([UInt8](repeating: 120, count: 10_000)) {}
        },
        Case("endless interim answers", .headTooLarge, "the headers are larger than 131072 bytes") { connection in
            _ = connection.readRequest()
            while connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n") {}
        },
        Case("garbage", .protocol, "the answer is not HTTP") {
            _ = $0.readRequest()
            $0.write("220 mail.example.com ESMTP\r\n")
            $0.linger()
        },
        Case("binary garbage", .protocol, "the answer is not HTTP") {
            _ = $0.readRequest()
            $0.write([UInt8](repeating: 0, count: 4096))
        },
        Case("garbage for a length", .protocol, "invalid Content-Length: value") {
            _ = $0.readRequest()
            $0.write("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")
            $0.linger()
        },
        Case("garbage for a chunk", .protocol, "illegal or missing hexadecimal sequence") {
            _ = $0.readRequest()
            $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n")
            $0.linger()
        },
        Case("redirects without end", .tooManyRedirects, "more than 3 redirects", { $0.redirectLimit = 3 }) {
            connection in
            while connection.readRequest() != nil, connection.write(TestAnswer(302, headers: ["Location: /"]).bytes) {}
        },
        Case(
            "redirects to a file", .forbiddenRedirect, "it is neither http nor https", { $0.redirectLimit = 3 },
            { connection in
                _ = connection.readRequest()
                connection.write(TestAnswer(302, headers: ["Location: file:///etc/passwd"]).bytes)
            }),
        Case(
            "redirects to gopher", .forbiddenRedirect, "it is neither http nor https", { $0.redirectLimit = 3 },
            { connection in
                _ = connection.readRequest()
                connection.write(TestAnswer(302, headers: ["Location: gopher://127.0.0.1:1/"]).bytes)
            }),
        Case("redirects to nowhere", .badURL, "the redirect target URL could not be parsed", { $0.redirectLimit = 3 }) {
            connection in
            _ = connection.readRequest()
            connection.write(TestAnswer(302, headers: ["Location: http://[nowhere/"]).bytes)
        },
    ]

    @Test(arguments: cases) func endsWithAFailure(_ example: Case) throws {
        let server = try HTTPTestServer(example.behaviour)
        let loop = try TransferLoop()
        let failure = try #require(try loop.fetch(request("\(server.url)/metrics", example.change)).failure)
        #expect(failure.code == example.code, "\(failure)")
        #expect(failure.message.hasPrefix("cannot "), "\(failure)")
        #expect(failure.message.contains(example.reason), "\(failure)")
        #expect(!failure.message.hasSuffix(": "), "\(failure)")
        // The loop is as good as new.
        let healthy = try HTTPTestServer(answering: { _ in TestAnswer("well") })
        let outcome = try loop.fetch(healthy.url)
        #expect(outcome.text == "well", "\(String(describing: outcome.failure))")
    }

    @Test func nobodyListens() throws {
        let url: String
        do {
            let server = try HTTPTestServer { _ in }
            url = server.url
        }
        let failure = try #require(try TransferLoop().fetch("\(url)/x").failure)
        #expect(failure.code == .connect)
        #expect(failure.message == "cannot reach \(url)/x: connection refused")
    }

    @Test func nobodyAccepts() throws {
        let port = try FullTestPort()
        let request = request(port.url) { $0.connectTimeout = 150 }
        let failure = try #require(try TransferLoop().fetch(request).failure)
        #expect(failure.code == .timeout)
        #expect(failure.message == "cannot fetch \(port.url)/: timed out: no connection within 150ms")
    }

    @Test func nameIsUnknown() throws {
        let failure = try #require(try TransferLoop().fetch("http://no-such-host.invalid/").failure)
        #expect(failure.code == .dns)
        #expect(failure.message == "cannot reach http://no-such-host.invalid/: the name of the host is not known")
    }

    @Test func bodyLongerThanItsLengthIsCutAndHarmsNobody() throws {
        let server = try HTTPTestServer { connection in
            while connection.readRequest() != nil {
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            }
        }
        let loop = try TransferLoop()
        for _ in 0..<3 { #expect(try loop.fetch(server.url).text == "abc") }
        #expect(server.connectionCount == 3)
    }

    @Test func errorStatusIsAnAnswer() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(500, "sorry") })
        let outcome = try TransferLoop().fetch(server.url)
        #expect(outcome.response?.status == 500)
        #expect(outcome.text == "sorry")
    }
}
