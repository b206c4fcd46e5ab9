import Configuration
import HTTPClient
import Model

/// `webhook`: a request to a service that wants to be told.
public struct WebhookSection: ConfigurationSection {
    let preset: any WebhookPreset
    let method: String?
    let headers: [WebhookHeader]
    let body: TextTemplate?
    let contentType: String?
    let http: HTTPClientSection
    let redirectLimit: Int

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        preset = WebhookService.preset(fields)
        method = fields.string("method")
        if let method, !HTTPHeader.isToken(method) {
            context.fail("\(quoted(method)) is no method", at: fields.place(of: "method"))
        }
        headers = WebhookHeader.list(fields)
        body = TextTemplate(fields, "body")
        contentType = fields.string("content_type")
        if let contentType, contentType.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            context.fail("`content_type` has control characters", at: fields.place(of: "content_type"))
        }
        http = HTTPClientSection(fields)
        let limit = fields.integer("max_redirects", in: 0...50).map(Int.init) ?? 10
        redirectLimit = http.followRedirects ? limit : 0
        fields.finish(notYet: HTTPClientSection.notYet)
    }

    /// Everything that must be read before a request can be made.
    var secrets: [Secret] { preset.secrets + http.secrets + headers.compactMap(\.secret) }

    /// The request for an event. Nothing is sent, and no file is read.
    func request(_ filling: Filling) throws(UserError) -> HTTPRequest {
        var message = try preset.message(filling)
        if let method { message.method = method }
        if let body {
            message.body = Array(try body.expand(filling).utf8)
            message.contentType = "application/json"
        }
        var request = HTTPRequest(url: message.url, as: http, secrets: filling.secrets)
        request.method = message.method
        request.hidesPath = preset.hasSecretPath
        request.redirectLimit = redirectLimit
        request.keepsMethodOnRedirect = true
        // One attempt is one request: on a kept connection libcurl would send it again when that breaks.
        request.usesFreshConnection = true
        // The answer is read piece by piece, and no further than anybody wants to know.
        request.bodyLimit = nil
        // Whoever asks for a GET wants to ring, not to tell; unless there is a body that was asked for.
        if !["GET", "HEAD"].contains(message.method) || body != nil {
            request.body = message.body
            request.headers.append(HTTPHeader("Content-Type", contentType ?? message.contentType))
        }
        let key = idempotencyKey(filling.event.key)
        if !key.isEmpty { request.headers.append(HTTPHeader("Idempotency-Key", key)) }
        request.headers += message.headers
        for header in headers {
            let header = try header.header(filling)
            // The configuration's own replaces the preset's.
            request.headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
            request.headers.append(header)
        }
        return request
    }
}

/// The key as a header can carry it: what is not a visible character of ASCII is written as `%` and two digits.
private func idempotencyKey(_ key: String) -> String {
    var out = ""
    for byte in key.utf8 {
        if (0x21...0x7E).contains(byte) {
            out.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    return out
}
