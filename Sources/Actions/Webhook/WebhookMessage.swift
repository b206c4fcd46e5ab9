import HTTPClient

/// What a webhook tells a service, before it is made a request.
struct WebhookMessage: Sendable {
    /// Where to.
    var url: String
    /// How, where it is not by POST.
    var method = "POST"
    /// Headers that this message needs.
    var headers: [HTTPHeader] = []
    /// What the body is.
    var contentType = "application/json"
    /// The body.
    var body: [UInt8]

    /// JSON for a service.
    init(url: String, json body: [UInt8]) {
        self.url = url
        self.body = body
    }
}
