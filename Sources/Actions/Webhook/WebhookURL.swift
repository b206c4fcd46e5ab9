import Configuration
import HTTPClient
import Model

/// Where a webhook goes: a text with templates, or a file that holds the URL, which for many services is the password.
struct WebhookURL: Sendable {
    private let template: TextTemplate?
    private let file: Secret?

    /// Reads `url` or `url_file`; what stands there is never shown by the configuration.
    init(secret fields: Fields) {
        let secret = fields.secret("url")
        file = secret?.file == nil ? nil : secret
        template = file == nil ? Self.template(fields) : nil
        if secret == nil, !fields.contains("url") || fields.node("url") == nil { Self.missing(fields) }
    }

    /// Reads `url`, which holds no secret; the other one where there is none.
    init(_ fields: Fields, or standard: String?) {
        file = nil
        if fields.node("url") == nil, let standard {
            template = TextTemplate(standard, "url", at: fields.place, in: fields.context)
        } else {
            template = Self.template(fields)
            if fields.node("url") == nil { Self.missing(fields) }
        }
    }

    private static func template(_ fields: Fields) -> TextTemplate? {
        guard let node = fields.node("url"), let text = fields.context.string(node) else { return nil }
        guard let template = TextTemplate(text, "url", at: node.place, in: fields.context) else { return nil }
        if template.isPlain {
            var request = HTTPRequest(url: text)
            // Nobody knows whether the mistake stands beside a token.
            request.hidesPath = true
            do throws(HTTPFailure) {
                _ = try PreparedRequest(request)
            } catch {
                fields.context.fail(error.message, at: node.place)
            }
        }
        return template
    }

    private static func missing(_ fields: Fields) {
        fields.context.fail("`url` is missing", at: fields.place)
    }

    /// The secrets that it needs.
    var secrets: [Secret] { file.map { [$0] } ?? [] }

    /// The URL for an event.
    func text(_ filling: Filling) throws(UserError) -> String {
        if let file { return filling.secrets[file] }
        return try filling.text(template, or: "")
    }

    /// The URL with something behind its path, whether or not that ends with a slash.
    func text(_ filling: Filling, path: String) throws(UserError) -> String {
        let base = try text(filling)
        return base.hasSuffix(path) ? base : (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }
}
