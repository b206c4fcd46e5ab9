import Configuration
import Model

/// Discord's webhooks.
struct DiscordPreset: WebhookPreset {
    private let url: WebhookURL
    private let username: TextTemplate?
    private let title: TextTemplate?
    private let text: TextTemplate?

    init(_ fields: Fields) {
        url = WebhookURL(secret: fields)
        username = TextTemplate(fields, "username")
        title = TextTemplate(fields, "title")
        text = TextTemplate(fields, "text")
    }

    var secrets: [Secret] { url.secrets }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let words = EventText(filling.event, escape: withoutMarkup)
        let title = try filling.line(title, or: words.title)
        let text = try filling.text(text, or: words.text)
        let username = shortened(try filling.line(username, or: ""), to: 80)
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            if !username.isEmpty { json.member("username", username) }
            json.member("content", shortened(title, to: 2000))
            json.key("embeds")
            json.array { json in
                if text.isEmpty { return }
                json.object { json in
                    json.member("description", shortened(text, to: 4096))
                    json.member("color", filling.event.isFiring ? 0xd63232 : 0x2eb886)
                    json.member("timestamp", eventTime(filling.event.decidedAt))
                }
            }
            // Whoever can write a label must not call everybody.
            json.key("allowed_mentions")
            json.object { json in
                json.key("parse")
                json.array { _ in }
            }
        }
        return WebhookMessage(url: waiting(try url.text(filling)), json: json.bytes)
    }

    /// Without `wait` Discord says that all is well before it knows.
    private func waiting(_ url: String) -> String {
        let query = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        guard let query else { return url + "?wait=true" }
        let isSaid = query.split(separator: "&").contains { $0.hasPrefix("wait=") }
        return isSaid ? url : url + "&wait=true"
    }
}

/// The text as it is, where Discord would read stars and underscores as markup.
private func withoutMarkup(_ text: String) -> String {
    // A link would not lead anywhere with them.
    if link(text) != nil, !text.contains(where: { "[]()`|".contains($0) }) { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if "\\*_~`|>[]#".unicodeScalars.contains(scalar) { out.append("\\") }
        out.append(scalar)
    }
    return String(out)
}
