import Configuration
import HTTPClient
import Model

/// A header that the configuration gives: a text with templates, or a secret.
struct WebhookHeader: Sendable {
    /// What a header's value is made of.
    enum Value: Sendable {
        case text(TextTemplate)
        case secret(Secret)
    }

    let name: String
    let value: Value

    /// Reads the map under `headers`: each value a text, or a map with `secret` or `secret_file`.
    static func list(_ fields: Fields) -> [WebhookHeader] {
        guard let node = fields.node("headers") else { return [] }
        let context = fields.context
        return context.entries(node).compactMap { entry in
            guard HTTPHeader.isToken(entry.key) else {
                context.fail("\(quoted(entry.key)) is no name of a header", at: entry.keyPlace)
                return nil
            }
            let name = entry.key.lowercased()
            if let reason = reserved[name] {
                context.fail("the header `\(entry.key)` cannot be given: \(reason)", at: entry.keyPlace)
                return nil
            }
            if case .map = entry.value.content { return secret(entry, in: context) }
            if guarded.contains(name) {
                context.fail(
                    "the header `\(entry.key)` is a secret: write it as a map with `secret` or `secret_file`",
                    at: entry.keyPlace)
            }
            return TextTemplate(entry.value, entry.key, in: context).map {
                WebhookHeader(name: entry.key, value: .text($0))
            }
        }
    }

    private static func secret(_ entry: Entry, in context: DecodingContext) -> WebhookHeader? {
        let fields = Fields(entry.value, in: context)
        let secret = fields.secret("secret")
        if secret == nil { context.fail("`secret` is missing", at: entry.value.place) }
        fields.finish()
        return secret.map { WebhookHeader(name: entry.key, value: .secret($0)) }
    }

    /// The secret, if it is one.
    var secret: Secret? {
        if case .secret(let secret) = value { secret } else { nil }
    }

    /// The header for an event.
    func header(_ filling: Filling) throws(UserError) -> HTTPHeader {
        switch value {
        case .text(let template): HTTPHeader(name, try template.expand(filling))
        case .secret(let secret): HTTPHeader(name, filling.secrets[secret])
        }
    }
}

/// Headers that are not for the configuration to say.
private let reserved = [
    "idempotency-key": "it is what attempts are told apart by", "content-length": "it follows from the body",
    "transfer-encoding": "it follows from the body", "connection": "it is between the two machines",
    "expect": "it is between the two machines", "content-type": "that is what `content_type` is for",
]

/// Headers that always hold secrets.
private let guarded: Set = ["authorization", "proxy-authorization", "cookie"]
