import Foundation
import Model
import TestSupport
import Testing

@testable import Actions

/// A webhook without a preset, and everything that can happen to it.
@Suite("Webhooks") struct WebhookTests {
    @Test("send the event as Alertmanager would") func standard() async throws {
        let server = try taker()
        let outcome = await (try webhook("url: \(server.url)/hook?a=b")).perform(firing(), within: 5000)
        #expect(outcome == AttemptOutcome(.succeeded, code: 200, output: "ok"))
        let request = try #require(server.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/hook?a=b")
        #expect(request["content-type"] == "application/json")
        #expect(request["idempotency-key"] == "queue_too_long/1")
        #expect(request["user-agent"] == "Vedette")
        #expect(request.body == firing().json)
        let json = try JSONValue(request.body)
        #expect(json["version"] == .string("4"))
        #expect(json["status"] == .string("firing"))
        #expect(at(json, "alerts", "0", "labels", "queue") == .string("mail"))
    }

    @Test("fill in URL, headers and body") func templates() async throws {
        let server = try taker()
        let action = try webhook(
            """
            url: "\(server.url)/{{ .CommonLabels.queue }}/{{ .State | toUpper }}"
            method: PUT
            headers:
              X-Value: "{{ $value }} of {{ .Threshold }}"
              X-Key: {secret: hunter2secret}
            body: '{"rule": {{ .Rule | toJson }}, "at": "{{ .ExternalURL }}"}'
            basic_auth: {username: u, password: p}
            """)
        #expect(await action.perform(firing(), within: 5000).verdict == .succeeded)
        let request = try #require(server.requests.first)
        #expect(request.method == "PUT")
        #expect(request.path == "/mail/ACTIVE")
        #expect(request["x-value"] == "120 of > 100")
        #expect(request["x-key"] == "hunter2secret")
        #expect(request["authorization"] == "Basic dTpw")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "{\"rule\": \"queue_too_long\", \"at\": \"https://vedette.example\"}")
    }

    @Test("ring without a body", arguments: ["GET", "HEAD"]) func ringing(_ method: String) async throws {
        let server = try taker()
        #expect(
            await (try webhook("{url: \"\(server.url)/ping\", method: \(method)}")).perform(firing(), within: 5000)
                .verdict == .succeeded)
        let request = try #require(server.requests.first)
        #expect((request.method, request.body.count, request["content-type"]) == (method, 0, nil))
    }

    @Test(
        "succeed with any 2xx and nothing else",
        arguments: [200, 201, 202, 204, 299, 302, 304, 400, 401, 404, 500, 503, 599])
    func statuses(_ status: Int) async throws {
        let server = try taker(status, status == 204 || status == 304 ? "" : "why")
        let outcome = await (try webhook("url: \(server.url)/secret/path")).perform(firing(), within: 5000)
        #expect(outcome.verdict == (status < 300 ? .succeeded : .failed))
        #expect(outcome.code == status)
        #expect(
            outcome.error
                == (status < 300 ? "" : "cannot deliver to \(server.url)/…: the server answered with status \(status)"))
    }

    @Test(
        "wait as long as they are asked to",
        arguments: [
            (429, "Retry-After: 7", "", 7000), (503, "Retry-After: 0", "", 0), (500, "Retry-After: 120", "", 120_000),
            (429, "Retry-After: 99999999999999999999", "", 3_600_000), (429, "Retry-After: 7200", "", 3_600_000),
            (429, "Retry-After: Sat, 21 Nov 2026 06:49:34 GMT", "", 59_750),
            (429, "Retry-After: Fri, 20 Nov 2026 06:49:34 GMT", "", 0),
            (429, "Retry-After: Sun, 21 Nov 2100 06:49:34 GMT", "", 3_600_000),
            (429, "Retry-After: -5", "", nil), (429, "Retry-After: soon", "", nil), (429, "Retry-After:", "", nil),
            (429, "X: y", "", nil), (200, "Retry-After: 7", "", nil),
            (429, "X: y", "{\"parameters\":{\"retry_after\":9}}", nil),
        ] as [(Int, String, String, Int64?)])
    func pauses(_ status: Int, _ header: String, _ body: String, _ pause: Int64?) async throws {
        let server = try HTTPTestServer(answering: { _ in TestAnswer(status, headers: [header], body) })
        #expect(await (try webhook("url: \(server.url)")).perform(firing(), within: 5000).retryAfter == pause)
    }

    @Test(
        "read Telegram's wish for a pause, which stands in the body",
        arguments: [
            ("{\"ok\":false,\"parameters\":{\"retry_after\":9}}", 9000),
            ("{\"parameters\":{\"retry_after\":1e300}}", nil),
            ("{\"parameters\":{\"retry_after\":-1}}", nil), ("<html>", nil),
            ("{\"parameters\":{\"retry_after\":99999}}", 3_600_000),
            (String(repeating: "[", count: 100_000), nil),
        ] as [(String, Int64?)])
    func telegramPause(_ body: String, _ pause: Int64?) async throws {
        let server = try taker(429, body)
        let action = try webhook("{preset: telegram, url: \"\(server.url)\", bot_token: secret-token, chat_id: 1}")
        #expect(await action.perform(firing(), within: 5000).retryAfter == pause)
    }

    @Test("keep the end of an answer, with whole characters") func outputs() async throws {
        let server = try taker(500, String(repeating: "é", count: 5000) + "end")
        let output = await (try webhook("url: \(server.url)")).perform(firing(), within: 5000).output
        #expect(output.utf8.count <= 4096 && output.utf8.count > 4090)
        #expect(output.hasPrefix("éé") && output.hasSuffix("éend"))
        let binary = try HTTPTestServer(answering: { _ in TestAnswer(500, body: [UInt8](repeating: 0xff, count: 5000)) }
        )
        #expect(await (try webhook("url: \(binary.url)")).perform(firing(), within: 5000).output.utf8.count <= 4096)
    }

    @Test("read no gigabyte") func gigabyte() async throws {
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 1 << 20)
            for _ in 0..<1024 where !connection.write(block) { return }
        }
        let start = monotonicNanoseconds()
        let outcome = await (try webhook("url: \(server.url)")).perform(firing(), within: 5000)
        #expect(outcome.verdict == .succeeded)
        #expect(outcome.output == String(repeating: "a", count: 4096))
        #expect(monotonicNanoseconds() - start < 2_000_000_000)
    }

    @Test("take a 2xx for success though its body never ends") func brokenBody() async throws {
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 202 OK\r\nContent-Length: 10\r\n\r\nabc")
            connection.linger()
        }
        let outcome = await (try webhook("url: \(server.url)")).perform(firing(), within: 200)
        #expect(outcome == AttemptOutcome(.succeeded, code: 202, output: "abc"))
    }

    @Test("time out", arguments: [true, false]) func hanging(_ reads: Bool) async throws {
        let server = try HTTPTestServer { connection in
            if reads { _ = connection.readRequest() }
            connection.linger()
        }
        let start = monotonicNanoseconds()
        let outcome = await (try webhook("url: \(server.url)/x")).perform(firing(), within: 150)
        #expect(outcome.verdict == .timedOut)
        #expect(outcome.error == "cannot fetch \(server.url)/…: timed out: no answer within 150ms")
        #expect(monotonicNanoseconds() - start < 1_000_000_000)
    }

    @Test("end soon when they are cancelled") func cancelling() async throws {
        let server = try HTTPTestServer { connection in
            _ = connection.readRequest()
            connection.linger()
        }
        let action = try webhook("url: \(server.url)")
        let task = Task { await action.perform(firing(), within: 60_000) }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        #expect(await task.value.verdict == .cancelled)
    }

    @Test("follow redirects with what they carry, but not for ever") func redirects() async throws {
        let server = try HTTPTestServer(answering: { request in
            request.path == "/once"
                ? TestAnswer(301, headers: ["Location: /end"])
                : request.path == "/end" ? TestAnswer("done") : TestAnswer(302, headers: ["Location: /loop"])
        })
        let good = await (try webhook("url: \(server.url)/once")).perform(firing(), within: 5000)
        #expect(good.verdict == .succeeded)
        #expect(server.requests.last?.method == "POST")
        #expect(server.requests.last?.body == firing().json)
        let endless = await (try webhook("url: \(server.url)/loop")).perform(firing(), within: 5000)
        #expect(endless.verdict == .failed)
        #expect(endless.error == "cannot fetch \(server.url)/…: more than 10 redirects")
        let two = await (try webhook("{url: \"\(server.url)/loop\", max_redirects: 2}")).perform(firing(), within: 5000)
        #expect(two.error == "cannot fetch \(server.url)/…: more than 2 redirects")
        let none = await (try webhook("{url: \"\(server.url)/once\", follow_redirects: false}")).perform(
            firing(), within: 5000)
        #expect(none.code == 301)
        #expect(
            none.error
                == "cannot deliver to \(server.url)/…: the server answered with status 301, a redirect that is not followed"
        )
    }

    @Test("fail at a closed port, and with a server that dies") func unreachable() async throws {
        let server = try HTTPTestServer { $0.resetOnClose() }
        #expect(await (try webhook("url: \(server.url)")).perform(firing(), within: 5000).verdict == .failed)
        server.stop()
        let outcome = await (try webhook("url: \(server.url)/x")).perform(firing(), within: 5000)
        #expect(outcome == AttemptOutcome(.failed, error: "cannot reach \(server.url)/…: connection refused"))
    }

    @Test("send each attempt once, on a connection of its own") func once() async throws {
        let server = try HTTPTestServer { connection in
            // On a connection that was kept the second request is read and not answered: libcurl would send it once more.
            guard connection.readRequest() != nil, connection.write(TestAnswer("ok").bytes) else { return }
            _ = connection.readRequest()
        }
        let action = try webhook("url: \(server.url)")
        for _ in 0..<2 { #expect(await action.perform(firing(), within: 5000).verdict == .succeeded) }
        #expect(server.requests.map(\.connection) == [1, 2])
    }

    @Test(
        "fail when what is filled in cannot be sent",
        arguments: [
            ("url: \"{{ .Rule }}\"", "cannot read URL <secret>: expected a form like http://host:port/path"),
            ("url: \"http://{{ .Threshold }}\"", "cannot read URL http://> 100: it has blanks or control characters"),
            ("url: \"ftp://h/{{ .Rule }}\"", "cannot read URL ftp://h/…: the scheme must be http or https, not ftp"),
            (
                "url: \"http://h/{{ \\\"a\\\\nb\\\" }}\"",
                "cannot read URL http://h/…: it has blanks or control characters"
            ),
            ("url: \"http://h/{{ .Nothing }}\"", "cannot expand template \"url\""),
            ("{url: \"http://h/\", body: \"{{ fail }}\"}", ""),
            (
                "{url: \"http://h/\", headers: {X-A: \"{{ \\\"a\\\\r\\\\nB: c\\\" }}\"}}",
                "cannot ask http://h/: the header X-A has control characters"
            ),
            (
                "{url: \"http://h/\", headers: {X-A: \"{{ \\\"a\\\\x00\\\" }}\"}}",
                "cannot ask http://h/: the header X-A has control characters"
            ),
        ])
    func rubbish(_ keys: String, _ reason: String) async throws {
        let (section, problems) = decoded(keys, WebhookSection.self)
        guard let section else {
            #expect(problems.count == 1)
            return
        }
        let outcome = await WebhookAction(section, tools: tools()).perform(firing(), within: 5000)
        #expect(outcome.verdict == .failed)
        #expect(outcome.error.hasPrefix(reason.prefix(while: { $0 != "\"" })), "\(outcome.error)")
        #expect(!outcome.error.contains("\n"))
    }

    @Test("send whatever an event holds as valid JSON", arguments: [true, false]) func hostility(_ isFiring: Bool)
        async throws
    {
        let server = try taker()
        let action = try webhook("{url: \"\(server.url)\"}")
        for text in hostileTexts.prefix(6) {
            #expect(await action.perform(hostile(text, isFiring: isFiring), within: 5000).verdict == .succeeded)
            let request = try #require(server.requests.last)
            #expect(request["x-evil"] == nil)
            #expect(at(try JSONValue(request.body), "alerts", "11", "labels", "alertname") == .string(text))
        }
    }
}
