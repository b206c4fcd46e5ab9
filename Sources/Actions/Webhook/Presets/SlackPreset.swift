import Configuration
import Model

/// Slack's incoming webhooks, and what speaks like them.
struct SlackPreset: WebhookPreset {
    private let url: WebhookURL
    private let channel: TextTemplate?
    private let title: TextTemplate?
    private let text: TextTemplate?

    init(_ fields: Fields) {
        url = WebhookURL(secret: fields)
        channel = TextTemplate(fields, "channel")
        title = TextTemplate(fields, "title")
        text = TextTemplate(fields, "text")
    }

    var secrets: [Secret] { url.secrets }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let words = EventText(filling.event, escape: withoutMarkup)
        let title = shortened(try filling.line(title, or: words.title), to: 1000)
        // A section's text has at most 3000 characters, and at least one.
        let text = shortened(try filling.text(text, or: words.text), to: 3000)
        let channel = try filling.line(channel, or: "")
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            if !channel.isEmpty { json.member("channel", channel) }
            json.member("text", title)
            json.key("attachments")
            json.array { json in
                json.object { json in
                    json.member("color", filling.event.isFiring ? "#d63232" : "#2eb886")
                    json.member("fallback", title)
                    json.key("blocks")
                    json.array { json in
                        json.object { json in
                            json.member("type", "section")
                            json.key("text")
                            json.object { json in
                                json.member("type", "mrkdwn")
                                json.member("text", text.isEmpty ? " " : text)
                            }
                        }
                    }
                }
            }
        }
        return WebhookMessage(url: try url.text(filling), json: json.bytes)
    }
}

/// In Slack's texts `<!channel>` calls everybody: whoever can write a label must not.
private func withoutMarkup(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}
