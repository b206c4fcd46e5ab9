import Configuration
import HTTPClient
import Model

/// ntfy: the text is the body, everything else stands in headers.
struct NtfyPreset: WebhookPreset {
    private let url: WebhookURL
    private let token: Secret?
    private let title: TextTemplate?
    private let text: TextTemplate?
    private let priority: TextTemplate?
    private let tags: TextTemplate?
    private let click: TextTemplate?

    init(_ fields: Fields) {
        url = WebhookURL(secret: fields)
        token = fields.secret("token")
        title = TextTemplate(fields, "title")
        text = TextTemplate(fields, "text")
        priority = TextTemplate(fields, "priority")
        tags = TextTemplate(fields, "tags")
        click = TextTemplate(fields, "click")
        if token != nil, let other = ["basic_auth", "authorization", "bearer_token"].first(where: fields.contains) {
            fields.context.fail("at most one of `token` and `\(other)` may be given", at: fields.place(of: other))
        }
    }

    var secrets: [Secret] { url.secrets + (token.map { [$0] } ?? []) }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        let event = filling.event
        let words = EventText(event)
        // A longer one becomes a file that hangs on an empty message.
        let text = shortened(try filling.text(text, or: words.text), toBytes: 4096)
        var message = WebhookMessage(url: try url.text(filling), json: Array(text.utf8))
        message.contentType = "text/plain; charset=utf-8"
        let title = shortened(try filling.line(title, or: words.title), to: 250)
        let headers = [
            ("Title", title),
            ("Priority", try filling.line(priority, or: event.isFiring ? "high" : "default")),
            ("Tags", try filling.line(tags, or: event.isFiring ? "rotating_light" : "white_check_mark")),
            ("Click", try filling.line(click, or: target(filling))),
        ]
        // Letters beyond ASCII are lost on the way through some proxies.
        message.headers = headers.filter { !$0.1.isEmpty }.map { HTTPHeader($0.0, headerText($0.1)) }
        if let token { message.headers.append(HTTPHeader("Authorization", "Bearer \(filling.secrets[token])")) }
        return message
    }

    /// Where a tap on the message leads.
    private func target(_ filling: Filling) -> String {
        link(filling.event.alerts.first?.generatorURL ?? "") ?? filling.home
    }
}
