import HTTPClient
import TestSupport
import Testing

/// What goes over the wire, and what must not.
@Suite struct RequestTests {
    /// A server that tells what it was asked.
    private func mirror() throws -> HTTPTestServer {
        try HTTPTestServer(answering: { request in
            let lines = request.headers.map { "\($0.name): \($0.value)\n" }
            return TestAnswer(
                "\(request.method) \(request.path)\n\(lines.joined())\n" + String(decoding: request.body, as: UTF8.self)
            )
        })
    }

    @Test func plainGet() throws {
        let server = try mirror()
        #expect(
            try TransferLoop().fetch("\(server.url)/a?b=c#d").text
                == "GET /a?b=c\nhost: 127.0.0.1:\(server.port)\nuser-agent: Vedette\naccept: */*\n\n")
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"]) func methodWithABody(_ method: String) throws {
        let server = try mirror()
        let request = HTTPRequest(
            method, url: server.url, headers: [HTTPHeader("Accept", "text/plain"), HTTPHeader("X-Empty", "")],
            body: Array("a\0b".utf8))
        #expect(
            try TransferLoop().fetch(request).text
                == "\(method) /\nhost: 127.0.0.1:\(server.port)\nuser-agent: Vedette\naccept: text/plain\n"
                + "x-empty: \ncontent-length: 3\n\na\0b")
    }

    @Test func postWithoutABodySaysSo() throws {
        let server = try mirror()
        let text = try #require(try TransferLoop().fetch(HTTPRequest("POST", url: server.url)).text)
        #expect(text.hasPrefix("POST /\n"))
        #expect(text.contains("content-length: 0\n"))
    }

    @Test func largeBodyGoesAtOnce() throws {
        let server = try HTTPTestServer(answering: { TestAnswer("\($0.body.count) \($0["expect"] ?? "-")") })
        let body = [UInt8](repeating: 7, count: 2 << 20)
        #expect(try TransferLoop().fetch(HTTPRequest("POST", url: server.url, body: body)).text == "2097152 -")
    }

    @Test func head() throws {
        let server = try HTTPTestServer { connection in
            while connection.readRequest() != nil { connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n") }
        }
        let loop = try TransferLoop()
        for _ in 0..<2 {
            let response = try #require(try loop.fetch(HTTPRequest("HEAD", url: server.url)).response)
            #expect(response["content-length"] == "99")
            #expect(response.body.isEmpty)
        }
        #expect(server.connectionCount == 1)
        #expect(server.requests.map(\.method) == ["HEAD", "HEAD"])
    }

    @Test(arguments: [
        (HTTPAuthentication.basic(user: "ann", password: "p:w"), "Basic YW5uOnA6dw=="),
        (.bearer("tok.en"), "Bearer tok.en"),
        (.other(scheme: "ApiKey", credentials: "k"), "ApiKey k"),
    ])
    func credentials(_ authentication: HTTPAuthentication, _ header: String) throws {
        let server = try mirror()
        let loop = try TransferLoop()
        #expect(try loop.fetch(request(server.url) { $0.authentication = authentication }).response != nil)
        #expect(try loop.fetch(server.url).response != nil)
        // The second request used the same handle and connection, and nothing of the first clung to it.
        #expect(server.requests.map { $0["authorization"] } == [header, nil])
    }

    @Test func credentialsInTheURLAreUsedAndNeverShown() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer("x") })
        let url = "http://ann:secret@127.0.0.1:\(server.port)/a"
        let response = try #require(try TransferLoop().fetch(url).response)
        #expect(server.requests.first?["authorization"] == "Basic YW5uOnNlY3JldA==")
        #expect(response.head.effectiveURL == "http://127.0.0.1:\(server.port)/a")
        server.stop()
        let failure = try #require(try TransferLoop().fetch(url).failure)
        #expect(failure.message == "cannot reach http://127.0.0.1:\(server.port)/a: connection refused")
    }

    @Test(arguments: [
        HTTPAuthentication.basic(user: "a", password: "b"), .bearer("t"), .other(scheme: "X", credentials: "y"),
    ])
    func credentialsDoNotFollowToAnotherHost(_ authentication: HTTPAuthentication) throws {
        let other = try HTTPTestServer(answering: { _ in TestAnswer("there") })
        let far = "http://localhost:\(other.port)/far"
        let server = try HTTPTestServer(answering: { request in
            request.path == "/"
                ? TestAnswer(307, headers: ["Location: /near"]) : TestAnswer(307, headers: ["Location: \(far)"])
        })
        let request = request(server.url) {
            $0.authentication = authentication
            $0.redirectLimit = 5
        }
        let response = try #require(try TransferLoop().fetch(request).response)
        #expect(response.head.effectiveURL == far)
        #expect(response.head.remoteAddress == "127.0.0.1:\(other.port)")
        #expect(server.requests.map { $0["authorization"] != nil } == [true, true])
        #expect(other.requests.map { $0["authorization"] } == [nil])
        #expect(other.requests.map(\.path) == ["/far"])
    }

    @Test func aSecretPathIsNeverShown() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(302, headers: ["Location: /other/token?x"]) })
        let origin = server.url
        let hidden = request("\(origin)/services/token") {
            $0.hidesPath = true
            $0.redirectLimit = 3
        }
        #expect(hidden.shownURL == "\(origin)/…")
        let loop = try TransferLoop()
        let redirects = try #require(try loop.fetch(hidden).failure)
        #expect(redirects.message == "cannot fetch \(origin)/…: more than 3 redirects")
        server.stop()
        #expect(try loop.fetch(hidden).failure?.message == "cannot reach \(origin)/…: connection refused")
    }

    @Test(arguments: [
        ("https://u:p@h/a/b", "https://h/…"), ("https://h/", "https://h/"), ("https://h", "https://h"),
        ("https://h?token", "https://h/…"), ("https://h#token", "https://h/…"), ("token", "<secret>"),
        ("u:p@h/token", "<secret>"),
        ("https://u:p@h:1?a@b", "https://h:1/…"), ("", "<secret>"),
    ]) func hiddenPaths(_ url: String, _ shown: String) {
        #expect(request(url) { $0.hidesPath = true }.shownURL == shown)
        do {
            _ = try PreparedRequest(request(url) { $0.hidesPath = true })
        } catch {
            #expect(error.message.hasPrefix("cannot read URL \(shown): "))
        }
    }

    @Test(arguments: [(301, "POST", "x"), (302, "POST", "x"), (307, "POST", "x"), (308, "POST", "x"), (303, "GET", "")])
    func aRedirectedPostStaysOne(_ status: Int, _ method: String, _ body: String) throws {
        let server = try HTTPTestServer(answering: { request in
            request.path == "/" ? TestAnswer(status, headers: ["Location: /next"]) : TestAnswer("done")
        })
        var post = HTTPRequest("POST", url: server.url, body: Array("x".utf8))
        post.redirectLimit = 1
        post.keepsMethodOnRedirect = true
        #expect(try TransferLoop().fetch(post).text == "done")
        let last = try #require(server.requests.last)
        #expect(last.method == method)
        #expect(String(decoding: last.body, as: UTF8.self) == body)
    }

    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
            ("Sun Nov  6 08:49:37 1994", 784_111_777_000), ("soon", nil), ("", nil), ("12", nil), ("-5", nil),
            ("Sun, 99 Nov 1994 08:49:37 GMT", nil),
        ] as [(String, Int64?)])
    func dates(_ text: String, _ time: Int64?) { #expect(readHTTPDate(text) == time) }

    @Test func redirectIsAnAnswerUnlessAskedFor() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(302, headers: ["Location: /next"], "moved") })
        let response = try #require(try TransferLoop().fetch(server.url).response)
        #expect(response.status == 302)
        #expect(response["location"] == "/next")
        #expect(server.requests.count == 1)
    }

    @Test func headersOfTheLastAnswerOnly() throws {
        let server = try HTTPTestServer(answering: { request in
            request.path == "/"
                ? TestAnswer(302, headers: ["Location: /b", "X-First: 1"]) : TestAnswer(headers: ["X-Second:  2\t"])
        })
        let response = try #require(try TransferLoop().fetch(request(server.url) { $0.redirectLimit = 1 }).response)
        #expect(response["x-first"] == nil)
        #expect(response["x-second"] == "2")
        #expect(response.head.headers == [HTTPHeader("content-length", "0"), HTTPHeader("x-second", "2")])
        #expect(response.head.version == .http1_1)
    }

    @Test func gzip() throws {
        let text = String(repeating: "up 1\n", count: 5000)
        let server = try HTTPTestServer(answering: { request in
            request["accept-encoding"]?.contains("gzip") == true
                ? TestAnswer(headers: ["Content-Encoding: gzip"], body: gzipped(Array(text.utf8))) : TestAnswer(text)
        })
        let loop = try TransferLoop()
        let compressed = try loop.fetch(request(server.url) { $0.acceptsCompression = true })
        #expect(compressed.response?["content-encoding"] == "gzip")
        #expect(compressed.text == text)
        let plain = try loop.fetch(server.url)
        #expect(plain.response?["content-encoding"] == nil)
        #expect(plain.text == text)
    }

    @Test func bodyAtTheLimitIsWhole() throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(String(repeating: "x", count: 1000)) })
        let loop = try TransferLoop()
        #expect(try loop.fetch(request(server.url) { $0.bodyLimit = 1000 }).response?.body.count == 1000)
        #expect(try loop.fetch(request(server.url) { $0.bodyLimit = 999 }).failure?.code == .tooLarge)
        #expect(try loop.fetch(request(server.url) { $0.bodyLimit = nil }).response?.body.count == 1000)
    }

    @Test func proxyIsAskedForTheWholeURL() throws {
        let proxy = try HTTPTestServer(answering: { TestAnswer($0.path) })
        let loop = try TransferLoop()
        let through = HTTPProxy.through(url: proxy.url, except: "127.0.0.3")
        #expect(
            try loop.fetch(request("http://nowhere.invalid/a") { $0.proxy = through }).text
                == "http://nowhere.invalid/a")
        let direct = try loop.fetch(request("http://127.0.0.3:\(proxy.port)/a") { $0.proxy = through })
        #expect(direct.failure?.code == .connect)
    }

    @Test(arguments: [
        ("", "cannot read URL : "), ("/metrics", "cannot read URL /metrics: "),
        ("localhost:9100", "expected a form like http://host:port/path"),
        ("file:///etc/passwd", "the scheme must be http or https, not file"), ("http://", "cannot read URL http://: "),
        ("http://a b/", "it has blanks or control characters"), ("http://a/\r\nX: y", "it has blanks"),
        ("http://u:secret@h:port/", "cannot read URL http://h:port/: "), ("ann:secret@host", "cannot read URL host: "),
    ])
    func badURL(_ url: String, _ message: String) throws {
        let failure = try #require(try TransferLoop().fetch(url).failure)
        #expect(failure.code == .badURL)
        #expect(failure.message.contains(message), "\(failure)")
        #expect(!failure.message.contains("secret"), "\(failure)")
    }

    struct BadRequest: Sendable {
        let change: @Sendable (inout HTTPRequest) -> Void
        init(_ change: @escaping @Sendable (inout HTTPRequest) -> Void) { self.change = change }
    }

    @Test(arguments: [
        BadRequest { $0.method = "GET / HTTP/1.1\r\nX: y" }, BadRequest { $0.method = "" },
        BadRequest { $0.headers = [HTTPHeader("X", "a\r\nY: b")] },
        BadRequest { $0.headers = [HTTPHeader("X\n", "a")] },
        BadRequest { $0.headers = [HTTPHeader("", "a")] }, BadRequest { $0.headers = [HTTPHeader("X", "a\0")] },
        BadRequest { $0.authentication = .bearer("a\nb") },
        BadRequest { $0.authentication = .basic(user: "a:b", password: "") },
        BadRequest { $0.authentication = .other(scheme: "a b", credentials: "") },
        BadRequest { $0.tls.serverName = "a b" }, BadRequest { $0.timeout = -1 }, BadRequest { $0.bodyLimit = -1 },
        BadRequest { $0.proxy = .through(url: "") }, BadRequest { $0.tls.authorities = .file("") },
        BadRequest { $0.tls.maximumVersion = .tls11 },
    ])
    func whatCannotBeSent(_ bad: BadRequest) throws {
        #expect(throws: HTTPFailure.self) { try PreparedRequest(request("http://127.0.0.1:1/", bad.change)) }
        let failure = try #require(try TransferLoop().fetch(request("http://127.0.0.1:1/", bad.change)).failure)
        #expect(failure.code == .badRequest, "\(failure)")
    }
}
