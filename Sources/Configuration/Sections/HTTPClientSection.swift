import Model

/// How a server is spoken to: the keys that scraping and discovery share with everything else that sends requests.
public struct HTTPClientSection: Sendable, Hashable {
    /// `basic_auth`
    public struct BasicAuth: Sendable, Hashable {
        /// The user; a secret, for it may stand in a file.
        public var username: Secret
        /// The password.
        public var password: Secret
    }

    /// `authorization`
    public struct Authorization: Sendable, Hashable {
        /// The scheme, such as `Bearer`.
        public var type: String
        /// What follows the scheme, if anything.
        public var credentials: Secret?

        /// A header of this scheme.
        public init(type: String, credentials: Secret?) {
            self.type = type
            self.credentials = credentials
        }
    }

    /// User and password.
    public var basicAuth: BasicAuth?
    /// The `Authorization` header.
    public var authorization: Authorization?
    /// How TLS is done.
    public var tls = TLSClientSection()
    /// The URL of a proxy.
    public var proxyURL: String?
    /// Hosts that are reached without the proxy, as `NO_PROXY` has them.
    public var noProxy: String?
    /// Whether `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` of the environment count.
    public var proxyFromEnvironment = false
    /// Whether redirects are followed.
    public var followRedirects = true
    /// Whether HTTP/2 may be spoken.
    public var enableHTTP2 = true

    /// Plain requests.
    public init() {}

    /// Reads the keys among other fields.
    public init(_ fields: Fields) {
        let context = fields.context
        basicAuth = fields.node("basic_auth").map { BasicAuth(from: $0, in: context) }
        authorization = fields.node("authorization").map { Authorization(from: $0, in: context) }
        // The older spelling of `authorization`.
        if let token = fields.secret("bearer_token") {
            if authorization != nil {
                context.fail("at most one of `authorization` and `bearer_token` may be given", at: fields.place)
            }
            authorization = Authorization(type: "Bearer", credentials: token)
        }
        if basicAuth != nil, authorization != nil {
            context.fail("at most one of `basic_auth` and `authorization` may be given", at: fields.place)
        }
        tls = fields.section("tls_config") ?? TLSClientSection()
        proxyURL = fields.node("proxy_url").flatMap { readProxy($0, in: context) }
        noProxy = fields.string("no_proxy")
        proxyFromEnvironment = fields.bool("proxy_from_environment") ?? false
        if proxyFromEnvironment, proxyURL != nil || noProxy != nil {
            context.fail(
                "`proxy_from_environment` excludes `proxy_url` and `no_proxy`",
                at: fields.place(of: "proxy_from_environment"))
        }
        followRedirects = fields.bool("follow_redirects") ?? true
        enableHTTP2 = fields.bool("enable_http2") ?? true
    }

    /// What Prometheus knows of HTTP clients and we do not yet.
    public static let notYet = ["http_headers", "oauth2", "proxy_connect_header"]
}

extension HTTPClientSection.BasicAuth: ConfigurationSection {
    /// Reads `basic_auth`.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        username = fields.visible("username") ?? Secret("")
        password = fields.secret("password") ?? Secret("")
        fields.finish(notYet: ["password_ref", "username_ref"])
    }
}

extension HTTPClientSection.Authorization: ConfigurationSection {
    /// Reads `authorization`.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        type = fields.string("type") ?? "Bearer"
        credentials = fields.secret("credentials")
        if type.lowercased() == "basic" {
            context.fail("the type `\(type)` is what `basic_auth` is for", at: fields.place(of: "type"))
        }
        fields.finish(notYet: ["credentials_ref"])
    }
}

extension Fields {
    /// A text that may stand in a file, though it is no secret: a user's name.
    fileprivate func visible(_ key: String) -> Secret? {
        let path = path("\(key)_file")
        guard let text = string(key) else { return path.map { Secret(file: $0) } }
        if path != nil {
            context.fail("at most one of `\(key)` and `\(key)_file` may be given", at: place(of: "\(key)_file"))
        }
        return Secret(text)
    }
}

private func readProxy(_ node: Node, in context: DecodingContext) -> String? {
    guard let text = context.string(node), !text.isEmpty else { return nil }
    let schemes = ["http://", "https://", "socks5://", "socks5h://"]
    if !schemes.contains(where: { text.hasPrefix($0) }) {
        context.fail("a proxy's URL begins with one of \(schemes.joined(separator: ", "))", at: node.place)
    }
    return text
}
