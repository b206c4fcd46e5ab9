import Configuration
import Model

/// Telegram's bots: `sendMessage`.
struct TelegramPreset: WebhookPreset {
    /// How Telegram reads a text.
    enum ParseMode: String, CaseIterable {
        case html = "HTML"
        case markdown = "MarkdownV2"
    }

    private let url: WebhookURL
    private let token: Secret
    private let chat: TextTemplate?
    private let thread: Int64?
    private let text: TextTemplate?
    private let parseMode: ParseMode?
    private let isSilent: Bool

    init(_ fields: Fields) {
        url = WebhookURL(fields, or: "https://api.telegram.org")
        let token = fields.secret("bot_token")
        if token == nil { fields.context.fail("`bot_token` is missing", at: fields.place) }
        self.token = token ?? Secret("")
        chat = TextTemplate(fields, "chat_id")
        if fields.node("chat_id") == nil { fields.context.fail("`chat_id` is missing", at: fields.place) }
        thread = fields.integer("message_thread_id")
        text = TextTemplate(fields, "text")
        parseMode = fields.choice("parse_mode", "parse mode")
        isSilent = fields.bool("disable_notification") ?? false
        if parseMode != nil, !fields.contains("text") {
            fields.context.fail(
                "`parse_mode` is for a `text` of your own: the standard text has no markup",
                at: fields.place(of: "parse_mode"))
        }
    }

    var secrets: [Secret] { [token] }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let words = EventText(filling.event)
        let text = shortened(try filling.text(text, or: "\(words.title)\n\n\(words.text)"), to: 4096)
        var json = JSONWriter(capacity: 1024)
        let chat = try filling.line(chat, or: "")
        json.object { json in
            json.key("chat_id")
            if let number = Int64(chat) { json.value(number) } else { json.value(chat) }
            if let thread { json.member("message_thread_id", thread) }
            json.member("text", text)
            if let parseMode { json.member("parse_mode", parseMode.rawValue) }
            if isSilent { json.member("disable_notification", true) }
            json.key("link_preview_options")
            json.object { json in json.member("is_disabled", true) }
        }
        let path = "/bot\(filling.secrets[token])/sendMessage"
        return WebhookMessage(url: try url.text(filling, path: path), json: json.bytes)
    }

    /// `{"ok": false, "parameters": {"retry_after": 30}}`
    func pause(in body: [UInt8]) -> Int64? {
        do throws(UserError) {
            let seconds = try JSONValue(body)["parameters"]?["retry_after"]?.double
            return seconds.flatMap { (0...1e9).contains($0) ? Int64($0 * 1000) : nil }
        } catch {
            // No JSON: an answer of somebody on the way.
            return nil
        }
    }
}
