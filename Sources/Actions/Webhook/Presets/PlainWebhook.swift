import Configuration
import Model

/// A webhook without a preset: what Alertmanager would send, or whatever `body` says.
struct PlainWebhook: WebhookPreset {
    private let url: WebhookURL

    init(_ fields: Fields) {
        url = WebhookURL(secret: fields)
    }

    var secrets: [Secret] { url.secrets }

    func message(_ filling: Filling) throws(UserError) -> WebhookMessage {
        WebhookMessage(url: try url.text(filling), json: filling.event.json)
    }
}
