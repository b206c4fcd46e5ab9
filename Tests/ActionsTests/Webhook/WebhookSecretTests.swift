import Configuration
import Foundation
import Model
import TestSupport
import Testing

@testable import Actions

/// What must never be shown, and how secrets are read.
@Suite("Secrets of webhooks") struct WebhookSecretTests {
    @Test(
        "are in no plan",
        arguments: [
            ("url: https://u:hunter2@h/T0/hunter2?k=hunter2", "POST https://h/…"),
            ("url_file: /nosuch", "POST <secret>"),
            (
                "{url: \"https://h\", headers: {X-Key: {secret: hunter2}, X-Other: {secret_file: /nosuch}}}",
                "X-Key: <secret>\nX-Other: <secret>"
            ),
            (
                "{url: \"https://h\", basic_auth: {username: hunter2, password: hunter2}}",
                "Authorization: Basic <secret>"
            ),
            ("{url: \"https://h\", authorization: {type: Key, credentials: hunter2}}", "Authorization: Key <secret>"),
            ("{url: \"https://h\", authorization: {credentials_file: /nosuch}}", "Authorization: Bearer <secret>"),
            ("{preset: slack, url: \"https://h/hunter2\"}", "POST https://h/…"),
            ("{preset: discord, url: \"https://h/hunter2\"}", "POST https://h/…"),
            ("{preset: ntfy, url: \"https://h/hunter2\", token: hunter2}", "Authorization: Bearer <secret>"),
            ("{preset: ntfy, url: \"https://h/hunter2\", token_file: /nosuch}", "POST https://h/…"),
            ("{preset: pagerduty, routing_key: hunter2}", "POST https://events.pagerduty.com/v2/enqueue"),
            ("{preset: pagerduty, routing_key_file: /nosuch}", "\"routing_key\":\"<secret>\""),
            ("{preset: telegram, bot_token: hunter2, chat_id: 1}", "POST https://api.telegram.org/…"),
            ("{preset: alertmanager, url: \"http://u:hunter2@am:9093\"}", "POST http://am:9093/api/v2/alerts"),
        ])
    func plans(_ keys: String, _ shown: String) throws {
        let plan = try webhook(keys).plan(firing())
        #expect(plan.contains(shown))
        #expect(!plan.contains("hunter2"))
        #expect(plan.contains("Idempotency-Key: queue_too_long/1"))
    }

    @Test("are in no configuration that is shown") func rendering() throws {
        let keys =
            "w: {url: 'https://h/T0/hunter2', headers: {X: {secret: hunter2}}, basic_auth: {username: u, password: hunter2}}"
        let loaded = try loadConfiguration(Array(keys.utf8), in: DecodingContext()) {
            $0.section("w", WebhookSection.self)
        }
        #expect(loaded.value != nil)
        #expect(!loaded.rendered.contains("hunter2"))
    }

    @Test("are in no error and no output, whatever the server sends back") func echoes() async throws {
        let server = try HTTPTestServer(answering: { request in
            let headers = request.headers.map { "\($0.name): \($0.value)\n" }.joined()
            return TestAnswer(
                404,
                "Cannot \(request.method) \(request.path)\n\(headers)" + String(decoding: request.body, as: UTF8.self))
        })
        let port = server.port
        for keys in [
            "{url: \"http://u:hunter2pw@127.0.0.1:\(port)/hunter2path?k=hunter2\", headers: {X: {secret: hunter2header}}}",
            "{preset: telegram, url: \"\(server.url)\", bot_token: hunter2, chat_id: 1}",
            "{preset: ntfy, url: \"\(server.url)/hunter2topic\", token: hunter2}",
            "{preset: pagerduty, url: \"\(server.url)\", routing_key: hunter2}",
        ] {
            let outcome = await (try webhook(keys)).perform(firing(), within: 5000)
            #expect(outcome.code == 404)
            #expect(!outcome.error.contains("hunter2"))
            // The header that the client itself makes of a password in the URL is beyond us.
            #expect(!outcome.output.contains("hunter2"))
        }
    }

    @Test("are read anew at each attempt") func rotation() async throws {
        let server = try taker()
        let file = TestFile()
        let action = try webhook("{url: \"\(server.url)\", headers: {X-Key: {secret_file: \(file.path)}}}")
        let missing = await action.perform(firing(), within: 5000)
        #expect(missing == AttemptOutcome(.failed, error: "cannot read \(file.path): No such file or directory"))
        await #expect(throws: UserError.self) { try await action.check() }
        for secret in ["first", "second"] {
            try file.write("\(secret)\n")
            try await action.check()
            #expect(await action.perform(firing(), within: 5000).verdict == .succeeded)
            #expect(server.requests.last?["x-key"] == secret)
        }
        try file.write("a\r\nb")
        #expect(
            await action.perform(firing(), within: 5000).error
                == "cannot ask \(server.url)/: the header X-Key has control characters")
    }

    @Test("may be the URL itself") func urlFile() async throws {
        let server = try taker()
        let file = TestFile()
        try file.write("\(server.url)/from/file\n")
        let action = try webhook("{preset: slack, url_file: \(file.path)}")
        #expect(await action.perform(firing(), within: 5000).verdict == .succeeded)
        #expect(server.requests.last?.path == "/from/file")
        try file.write("nonsense")
        #expect(
            await action.perform(firing(), within: 5000).error
                == "cannot read URL <secret>: expected a form like http://host:port/path")
    }

    @Test("are read for many at a time") func crowd() async throws {
        let server = try taker()
        let file = TestFile()
        try file.write("key")
        let action = try webhook("{url: \"\(server.url)\", authorization: {credentials_file: \(file.path)}}")
        await withTaskGroup(of: AttemptOutcome.self) { group in
            for _ in 0..<20 { group.addTask { await action.perform(firing(), within: 5000) } }
            for await outcome in group { #expect(outcome.verdict == .succeeded, "\(outcome)") }
        }
        #expect(server.requests.count == 20)
    }
}
