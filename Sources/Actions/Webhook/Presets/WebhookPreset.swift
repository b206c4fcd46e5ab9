import Configuration
import Model

/// A service that webhooks are sent to: which keys it has, and what it wants to hear.
protocol WebhookPreset: Sendable {
    /// Reads its keys among those that all webhooks have.
    init(_ fields: Fields)

    /// The secrets that a message is made with.
    var secrets: [Secret] { get }

    /// Whether the path of its URL holds a secret, and so is never shown.
    var hasSecretPath: Bool { get }

    /// What is sent of an event.
    func message(_ filling: Filling) throws(UserError) -> WebhookMessage

    /// How long the service wants to be left alone, in milliseconds, where it says so in the body of an answer.
    func pause(in body: [UInt8]) -> Int64?
}

extension WebhookPreset {
    var hasSecretPath: Bool { true }

    func pause(in body: [UInt8]) -> Int64? { nil }
}

/// The services that are known by name.
enum WebhookService: String, CaseIterable {
    case alertmanager
    case discord
    case ntfy
    case pagerduty
    case slack
    case telegram

    /// Reads the keys of one of them; of none, those of a webhook that is all one's own.
    static func preset(_ fields: Fields) -> any WebhookPreset {
        let service: WebhookService? = fields.choice("preset", "preset")
        return switch service {
        case .alertmanager: AlertmanagerPreset(fields)
        case .discord: DiscordPreset(fields)
        case .ntfy: NtfyPreset(fields)
        case .pagerduty: PagerDutyPreset(fields)
        case .slack: SlackPreset(fields)
        case .telegram: TelegramPreset(fields)
        case nil: PlainWebhook(fields)
        }
    }
}
