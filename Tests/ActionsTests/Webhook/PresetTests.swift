import Model
import TestSupport
import Testing

@testable import Actions

/// What each service is told, as a server of its own receives it.
@Suite("Presets") struct PresetTests {
    /// Sends an event and gives the request that came.
    private func sent(
        _ keys: String, _ event: ActionEvent, server: HTTPTestServer
    ) async throws -> (request: TestRequest, json: JSONValue) {
        let action = try webhook(keys)
        let outcome = await action.perform(event, within: 5000)
        #expect(outcome.verdict == .succeeded, "\(outcome)")
        let request = try #require(server.requests.last)
        #expect(request.method == "POST")
        #expect(request["user-agent"] == "Vedette")
        #expect(request["idempotency-key"] == "queue_too_long/1")
        return (request, request["content-type"] == "application/json" ? try JSONValue(request.body) : .null)
    }

    @Test("alertmanager: its API, version 2") func alertmanager() async throws {
        let server = try taker()
        let keys = "{preset: alertmanager, url: \"\(server.url)/am/\"}"
        let (request, json) = try await sent(keys, firing(), server: server)
        #expect(request.path == "/am/api/v2/alerts")
        #expect(json.elements.count == 1)
        #expect(at(json, "0", "labels", "alertname") == .string("QueueTooLong"))
        #expect(at(json, "0", "labels")?.members.count == 4)
        #expect(at(json, "0", "annotations", "summary") == .string("The queue mail has 120 letters"))
        #expect(at(json, "0", "startsAt") == .string("2026-11-21T06:36:40.000Z"))
        #expect(at(json, "0", "endsAt") == .string("2026-11-22T06:48:34.250Z"))
        #expect(at(json, "0", "generatorURL") == .string("https://vedette.example/graph?g0.expr=queue"))
        let end = try await sent(keys, resolved(), server: server).json
        #expect(at(end, "0", "endsAt") == .string("2026-11-21T06:48:20.000Z"))
        let short = "{preset: alertmanager, url: \"\(server.url)/api/v2/alerts\", resolve_timeout: 1h}"
        let (other, soon) = try await sent(short, firing { $0.alerts[0].generatorURL = "" }, server: server)
        #expect(other.path == "/api/v2/alerts")
        #expect(at(soon, "0", "endsAt") == .string("2026-11-21T07:48:34.250Z"))
        #expect(at(soon, "0", "generatorURL") == nil)
        let bare = try await sent(
            keys,
            firing {
                $0.alerts = []
                $0.groupLabels = ["queue": "mail"]
            }, server: server
        ).json
        #expect(
            at(bare, "0", "labels")
                == .object(["alertname": .string("queue_too_long"), "queue": .string("mail")]))
        #expect(at(bare, "0", "startsAt") == .string("2026-11-21T06:36:40.000Z"))
    }

    @Test("slack") func slack() async throws {
        let server = try taker()
        let (request, json) = try await sent(
            "{preset: slack, url: \"\(server.url)/services/T/B/x\"}",
            firing { $0.alerts[0].annotations = ["summary": "<!channel> & co"] },
            server: server)
        #expect(request.path == "/services/T/B/x")
        #expect(json["channel"] == nil)
        #expect(json["text"] == .string("[FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)"))
        #expect(at(json, "attachments", "0", "color") == .string("#d63232"))
        #expect(at(json, "attachments", "0", "blocks", "0", "type") == .string("section"))
        #expect(at(json, "attachments", "0", "blocks", "0", "text", "type") == .string("mrkdwn"))
        let text = at(json, "attachments", "0", "blocks", "0", "text", "text")?.text
        #expect(
            text
                == """
                &lt;!channel&gt; &amp; co
                Value 120, threshold &gt; 100, since 2026-11-21T06:36:40Z
                instance=a:1, queue=mail, severity=page
                https://vedette.example/graph?g0.expr=queue
                """)
        let own = try await sent(
            "{preset: slack, url: \"\(server.url)\", channel: \"#{{ .CommonLabels.queue }}\", title: \"t {{ .Rule }}\", text: \"*{{ $value }}*\"}",
            resolved(), server: server
        ).json
        #expect(own["channel"] == .string("#mail"))
        #expect(own["text"] == .string("t queue_too_long"))
        #expect(at(own, "attachments", "0", "blocks", "0", "text", "text") == .string("*3*"))
        #expect(at(own, "attachments", "0", "color") == .string("#2eb886"))
    }

    @Test("discord") func discord() async throws {
        let server = try taker(204, "")
        let (request, json) = try await sent(
            "{preset: discord, url: \"\(server.url)/api/webhooks/1/token\", username: Vedette}",
            firing { $0.alerts[0].annotations = ["summary": "@everyone *x*_y_"] }, server: server)
        #expect(request.path == "/api/webhooks/1/token?wait=true")
        #expect(json["username"] == .string("Vedette"))
        #expect(json["content"]?.text?.hasPrefix("[FIRING] QueueTooLong") == true)
        #expect(at(json, "embeds", "0", "description")?.text?.hasPrefix("@everyone \\*x\\*\\_y\\_\nValue 120") == true)
        #expect(
            at(json, "embeds", "0", "description")?.text?.hasSuffix("\nhttps://vedette.example/graph?g0.expr=queue")
                == true)
        #expect(at(json, "embeds", "0", "color") == .number("14037554"))
        #expect(at(json, "embeds", "0", "timestamp") == .string("2026-11-21T06:48:34.000Z"))
        #expect(at(json, "allowed_mentions", "parse") == .array([]))
        let thread = "{preset: discord, url: \"\(server.url)/x?thread_id=5\"}"
        let (second, end) = try await sent(thread, resolved(), server: server)
        #expect(second.path == "/x?thread_id=5&wait=true")
        #expect(end["content"]?.text?.hasPrefix("[RESOLVED] QueueTooLong") == true)
        #expect(at(end, "embeds", "0", "color") == .number("3061894"))
    }

    @Test("ntfy") func ntfy() async throws {
        let server = try taker()
        let (request, _) = try await sent(
            "{preset: ntfy, url: \"\(server.url)/topic\", token: tk_secret}", firing(), server: server)
        #expect(request.path == "/topic")
        #expect(request["content-type"] == "text/plain; charset=utf-8")
        #expect(request["title"] == "[FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)")
        #expect(request["priority"] == "high")
        #expect(request["tags"] == "rotating_light")
        #expect(request["click"] == "https://vedette.example/graph?g0.expr=queue")
        #expect(request["authorization"] == "Bearer tk_secret")
        #expect(String(decoding: request.body, as: UTF8.self).hasPrefix("The queue mail has 120 letters\nValue 120"))
        let (own, _) = try await sent(
            """
            preset: ntfy
            url: \(server.url)/topic
            title: "Ä\\r\\nPriority: 1"
            text: "{{ .Status }}"
            priority: "{{ if eq .Status \\"resolved\\" }}min{{ else }}max{{ end }}"
            tags: "a,b"
            click: ""
            """, resolved(), server: server)
        #expect(own["title"] == "=?UTF-8?B?w4QgUHJpb3JpdHk6IDE=?=")
        #expect(own["priority"] == "min")
        #expect(own["tags"] == "a,b")
        #expect(own["click"] == nil)
        #expect(own["authorization"] == nil)
        #expect(own.body == Array("resolved".utf8))
    }

    @Test("pagerduty: a resolve closes what a trigger opened") func pagerduty() async throws {
        let server = try taker(202, "{}")
        let keys = "{preset: pagerduty, url: \"\(server.url)/v2/enqueue\", routing_key: R0123}"
        let (request, json) = try await sent(keys, firing(), server: server)
        #expect(request.path == "/v2/enqueue")
        #expect(json["routing_key"] == .string("R0123"))
        #expect(json["event_action"] == .string("trigger"))
        #expect(json["client"] == .string("Vedette"))
        #expect(json["client_url"] == .string("https://vedette.example"))
        #expect(at(json, "payload", "summary")?.text?.hasPrefix("[FIRING] QueueTooLong") == true)
        #expect(at(json, "payload", "source") == .string("a:1"))
        #expect(at(json, "payload", "severity") == .string("critical"))
        #expect(at(json, "payload", "timestamp") == .string("2026-11-21T06:36:40.000Z"))
        #expect(at(json, "payload", "custom_details", "value") == .string("120"))
        #expect(at(json, "payload", "custom_details", "threshold") == .string("> 100"))
        #expect(at(json, "payload", "custom_details", "label_queue") == .string("mail"))
        #expect(at(json, "links", "0", "href") == .string("https://vedette.example/graph?g0.expr=queue"))
        let incident = try #require(json["dedup_key"]?.text)
        #expect(incident.hasPrefix("vedette/queue_too_long/"))
        let end = try await sent(keys, resolved { $0.id = 8 }, server: server).json
        #expect(end["event_action"] == .string("resolve"))
        #expect(end["dedup_key"] == .string(incident))
        for change in [{ $0.groupLabels.set("queue", "other") }, { $0.rule = "other" }] as [(inout ActionEvent) -> Void]
        {
            let other = try await sent(keys, firing(change), server: server).json
            #expect(other["dedup_key"] != .string(incident))
        }
    }

    @Test(
        "pagerduty knows four severities",
        arguments: [
            ("", "active", "error"), ("critical", "", "critical"), ("page", "", "critical"), ("Warning", "", "warning"),
            ("info", "", "info"), ("none", "", "info"), ("strange", "", "error"), ("", "soft", "warning"),
            ("", "hard", "error"),
        ])
    func severities(_ label: String, _ state: String, _ expected: String) async throws {
        let server = try taker()
        let event = firing {
            $0.state = state
            $0.alerts[0].labels.set("severity", label)
        }
        let keys = "{preset: pagerduty, url: \"\(server.url)\", routing_key: R}"
        let json = try await sent(keys, event, server: server).json
        #expect(at(json, "payload", "severity") == .string(expected))
    }

    @Test("telegram") func telegram() async throws {
        let server = try taker()
        let keys = "{preset: telegram, url: \"\(server.url)\", bot_token: \"1:secret\", chat_id: -100123}"
        let (request, json) = try await sent(keys, firing(), server: server)
        #expect(request.path == "/bot1:secret/sendMessage")
        #expect(json["chat_id"] == .number("-100123"))
        #expect(json["parse_mode"] == nil)
        #expect(at(json, "link_preview_options", "is_disabled") == .boolean(true))
        #expect(
            json["text"]?.text?.hasPrefix(
                "[FIRING] QueueTooLong (instance=a:1, queue=mail, severity=page)\n\nThe queue") == true)
        let own = try await sent(
            """
            preset: telegram
            url: \(server.url)/
            bot_token: t
            chat_id: "@ops"
            message_thread_id: 5
            disable_notification: true
            parse_mode: HTML
            text: "<b>{{ .State }}</b>"
            """, resolved(), server: server)
        #expect(own.request.path == "/bott/sendMessage")
        #expect(own.json["chat_id"] == .string("@ops"))
        #expect(own.json["message_thread_id"] == .number("5"))
        #expect(own.json["disable_notification"] == .boolean(true))
        #expect(own.json["parse_mode"] == .string("HTML"))
        #expect(own.json["text"] == .string("<b>resolved</b>"))
    }

    /// Keys of each preset but its URL.
    static let presets = [
        "alertmanager", "slack", "discord", "ntfy", "pagerduty, routing_key: R",
        "telegram, bot_token: t, chat_id: 1",
    ]

    @Test("send a body of one's own instead of theirs", arguments: presets) func ownBody(_ preset: String) async throws
    {
        let server = try taker()
        _ = try await sent(
            "{preset: \(preset), url: \"\(server.url)\", body: \"{{ .Rule }}!\", content_type: text/x-own}", firing(),
            server: server)
        #expect(server.requests.last?["content-type"] == "text/x-own")
        #expect(server.requests.last?.body == Array("queue_too_long!".utf8))
    }

    @Test(
        "cut long texts of one's own where the service would refuse them",
        arguments: [
            ("slack", 3000), ("discord", 4096), ("telegram, bot_token: t, chat_id: 1", 4096), ("ntfy", 4096),
        ])
    func limits(_ preset: String, _ limit: Int) async throws {
        let server = try taker()
        let event = firing { $0.alerts[0].annotations = ["summary": String(repeating: "🔥", count: 5000)] }
        let text = "text: \"{{ .CommonAnnotations.summary }}\""
        let (request, json) = try await sent(
            "{preset: \(preset), url: \"\(server.url)\", \(text)}", event, server: server)
        let told =
            switch preset.prefix(4) {
            case "slac": at(json, "attachments", "0", "blocks", "0", "text", "text")?.text
            case "disc": at(json, "embeds", "0", "description")?.text
            case "tele": json["text"]?.text
            default: String(decoding: request.body, as: UTF8.self)
            }
        let cut = try #require(told)
        let length = preset == "ntfy" ? cut.utf8.count : cut.utf16.count
        #expect((limit - 4...limit).contains(length))
        #expect(cut.hasSuffix("🔥…"))
    }

    @Test("send something valid and of bounded size, whatever labels hold", arguments: presets)
    func hostility(_ preset: String) async throws {
        let server = try taker()
        let action = try webhook("{preset: \(preset), url: \"\(server.url)/x\"}")
        for text in hostileTexts {
            var event = hostile(text, isFiring: preset != "discord")
            // Keys are our own; they are not a megabyte long.
            event.key = String(text.prefix(40))
            let isHuge = text.utf8.count > 10_000
            if isHuge, preset == "alertmanager" { continue }
            let outcome = await action.perform(event, within: 5000)
            #expect(outcome.verdict == .succeeded, "\(text.prefix(20)) \(outcome)")
            let request = try #require(server.requests.last)
            #expect(request["x-evil"] == nil)
            if preset == "ntfy" {
                #expect(request.body.count <= 4096 && !request.body.isEmpty)
                continue
            }
            let json = try JSONValue(request.body)
            switch preset.prefix(5) {
            case "slack":
                let body = try #require(at(json, "attachments", "0", "blocks", "0", "text", "text")?.text)
                #expect(body.utf16.count <= 3000 && !body.contains("<!channel>"))
            case "disco":
                #expect(try #require(json["content"]?.text).utf16.count <= 2000)
                #expect(try #require(at(json, "embeds", "0", "description")?.text).utf16.count <= 4096)
            case "pager":
                #expect(request.body.count < 512 << 10)
                #expect(try #require(at(json, "payload", "summary")?.text).utf16.count <= 1024)
                #expect(try #require(json["dedup_key"]?.text).utf16.count <= 255)
            case "teleg": #expect(try #require(json["text"]?.text).utf16.count <= 4096)
            case "alert":
                #expect(json.elements.count == 12)
                #expect(at(json, "0", "labels", "alertname") == .string(text))
            default: Issue.record("unknown preset")
            }
        }
    }
}
