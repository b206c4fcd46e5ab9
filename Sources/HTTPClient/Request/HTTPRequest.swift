/// What to ask, of whom, and how far to go for the answer. A plain value: `PreparedRequest` checks it and makes it ready.
public struct HTTPRequest: Sendable, Hashable {
    /// An absolute URL with the scheme `http` or `https`. A user and a password in it are used, and never shown.
    public var url: String
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` …
    public var method: String = "GET"
    /// Sent as they are, in this order. A header named here replaces the one that would be sent by default.
    public var headers: [HTTPHeader] = []
    /// Sent behind the headers, when there is one.
    public var body: [UInt8]?
    /// Who we say we are. Not sent to another host when a redirect leads there.
    public var authentication: HTTPAuthentication?
    /// Whom we trust on `https`, and what we show of ourselves.
    public var tls = TLSOptions()
    /// The way out. By default straight, whatever the environment says.
    public var proxy = HTTPProxy.none
    /// Whether what stands behind the host is a secret too, as with most services that take messages: of the URL, and of any that
    /// a redirect leads to, messages then have scheme, host and port alone.
    public var hidesPath = false
    /// How many redirects to follow, always to `http` or `https`. At 0 a redirect is an answer like any other.
    public var redirectLimit = 0
    /// Whether a redirect by 301 or 302 is followed with the same method and body. Otherwise a POST becomes a GET, as with a
    /// browser: whoever answers that has been told nothing.
    public var keepsMethodOnRedirect = false
    /// Milliseconds from the start to the last byte; 0 is no limit.
    public var timeout: Int64 = 30_000
    /// Milliseconds for name, connection and TLS together. The time-out of the whole counts too.
    public var connectTimeout: Int64 = 10_000
    /// The largest body taken, in bytes after decompression. The first byte above it ends the transfer. Nil is no limit.
    public var bodyLimit: Int? = 64 << 20
    /// Whether of a body over the limit the bytes up to it are wanted: they come with the failure.
    public var keepsBodyToLimit = false
    /// The largest head taken, in bytes: every header line of every answer on the way, redirects and trailers as well.
    public var headLimit = 128 << 10
    /// Whether to offer compression (gzip) and to undo it. A streamed body is not compressed.
    public var acceptsCompression = false
    /// Whether to speak HTTP/2 to a server that offers it on `https`.
    public var allowsHTTP2 = true
    /// Whether to make a connection for this request alone instead of taking and keeping a pooled one. Checks that measure
    /// how long name, connection and TLS take, or look at the certificate, need that.
    public var usesFreshConnection = false
    /// Whether to bring back the server's certificates, even those that do not pass verification: then a second connection
    /// is made that looks at them and asks nothing.
    public var inspectsCertificates = false

    /// The URL as it may be shown: without user and password, and without its path where that is a secret.
    public var shownURL: String { urlForMessages(url, hidingPath: hidesPath) }

    /// A GET request with the defaults.
    public init(url: String) {
        self.url = url
    }

    /// A request with a method, headers and a body, and else the defaults.
    public init(_ method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
    }
}

/// A header of a request or a response.
public struct HTTPHeader: Sendable, Hashable {
    /// The name as written, or lower-cased where it comes from a response.
    public var name: String
    /// The value without the blanks around it.
    public var value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether a header can have this name, and a request this method: both are tokens of RFC 9110, 5.6.2.
    public static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

/// How a request says who sends it.
public enum HTTPAuthentication: Sendable, Hashable {
    /// `Authorization: Basic …`
    case basic(user: String, password: String)
    /// `Authorization: Bearer …`
    case bearer(String)
    /// `Authorization: SCHEME CREDENTIALS`, for the schemes that have no case of their own.
    case other(scheme: String, credentials: String)
}

/// The way out to the server.
public enum HTTPProxy: Sendable, Hashable {
    /// Straight, even if the environment names a proxy.
    case none
    /// Through this proxy, except to the hosts listed (comma-separated, as in `no_proxy`).
    case through(url: String, except: String = "")
    /// As `http_proxy`, `https_proxy` and `no_proxy` of the environment say.
    case environment
}
