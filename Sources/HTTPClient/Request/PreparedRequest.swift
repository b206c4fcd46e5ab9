import CCurl

/// A request that was checked and made ready once, to be started any number of times, also at the same time.
///
/// It is `@unchecked Sendable` because of its C lists and bytes: they are written in `init`, only read until `deinit`, by us
/// and by libcurl (which copies strings and follows lists without changing them), and so may be read from many threads.
public final class PreparedRequest: @unchecked Sendable {
    /// What it was made of.
    public let request: HTTPRequest
    /// The URL as it may be shown: without user and password, and without its path where that is a secret.
    public let shownURL: String

    /// The URL that curl is given: it has the TLS server name for its host where that differs.
    let askedURL: String
    /// Whether a transfer can come to speak TLS at all.
    private let mayUseTLS: Bool
    private let headers: CurlList
    /// The headers when the body is gathered, where that makes a difference: a streamed body is handed on as it comes, and so
    /// asked for uncompressed. It is not left to libcurl, which would undo the compression too, and takes half of it for whole.
    private let headersWithCompression: CurlList?
    private let connectTo: CurlList
    private let body: StableBytes?
    private let tls: PreparedTLS

    /// Checks a request and makes it ready. Throws `badURL` or `badRequest`.
    public init(_ request: HTTPRequest) throws(HTTPFailure) {
        let url = try URLParts(request.url, hidingPath: request.hidesPath)
        try checkSendable(request, shownURL: url.shown)
        self.request = request
        shownURL = url.shown
        mayUseTLS = url.scheme == "https" || request.redirectLimit > 0 || request.proxy != .none
        var lines = try headerLines(of: request, shownURL: url.shown)
        if url.scheme == "https", let name = request.tls.serverName, name != url.host {
            // curl takes the name for TLS from the URL. So the URL gets that name, CONNECT_TO leads the connection to
            // the host, and the Host header says what it would have said.
            guard let renamed = replacingHost(of: request.url, with: name) else {
                throw HTTPFailure(.badRequest, "cannot ask \(url.shown): \(name) is not a name of a server")
            }
            askedURL = renamed
            connectTo = try CurlList(["\(name):\(url.port):\(url.host):\(url.port)"])
            if !request.headers.contains(where: { $0.name.lowercased() == "host" }) {
                lines.append("Host: \(url.hasExplicitPort ? "\(url.host):\(url.port)" : url.host)")
            }
        } else {
            askedURL = request.url
            connectTo = try CurlList([])
        }
        headers = try CurlList(lines)
        let addsOffer =
            request.acceptsCompression && !request.headers.contains { $0.name.lowercased() == "accept-encoding" }
        headersWithCompression = addsOffer ? try CurlList(lines + ["Accept-Encoding: gzip"]) : nil
        body = request.body.map(StableBytes.init)
        tls = PreparedTLS(request.tls)
    }

    /// Gives a fresh or reset handle all options of the request. What the handle points to lives as long as this object.
    func apply(to options: inout CurlOptions, offeringCompression: Bool) {
        options.set(CURLOPT_URL, askedURL)
        // Neither the URL nor a redirect leads to a file, a mail server or whatever else libcurl can speak.
        options.set(CURLOPT_PROTOCOLS_STR, "http,https")
        options.set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        options.set(CURLOPT_TIMEOUT_MS, Int(clamping: request.timeout))
        options.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: request.connectTimeout))
        options.set(CURLOPT_HTTP_VERSION, request.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        let headers = offeringCompression ? headersWithCompression ?? headers : headers
        if !headers.isEmpty { options.set(CURLOPT_HTTPHEADER, headers) }
        if !connectTo.isEmpty { options.set(CURLOPT_CONNECT_TO, connectTo) }
        if request.redirectLimit > 0 {
            options.set(CURLOPT_FOLLOWLOCATION, 1)
            options.set(CURLOPT_MAXREDIRS, request.redirectLimit)
            if request.keepsMethodOnRedirect {
                options.set(CURLOPT_POSTREDIR, Int(CURL_REDIR_POST_301 | CURL_REDIR_POST_302))
            }
        }
        if request.usesFreshConnection {
            options.set(CURLOPT_FRESH_CONNECT, 1)
            options.set(CURLOPT_FORBID_REUSE, 1)
        }
        applyMethod(to: &options)
        applyAuthentication(to: &options)
        applyProxy(to: &options)
        if mayUseTLS {
            tls.apply(to: &options)
            if request.inspectsCertificates { options.set(CURLOPT_CERTINFO, 1) }
        }
    }

    private func applyMethod(to options: inout CurlOptions) {
        if let body {
            options.set(CURLOPT_POST, 1)
            options.set(CURLOPT_POSTFIELDS, body.start)
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, Int64(body.count))
            if request.method != "POST" { options.set(CURLOPT_CUSTOMREQUEST, request.method) }
            return
        }
        switch request.method {
        case "GET": break
        case "HEAD": options.set(CURLOPT_NOBODY, 1)
        case "POST":
            options.set(CURLOPT_POST, 1)
            options.set(CURLOPT_POSTFIELDS, "")
            options.set(CURLOPT_POSTFIELDSIZE_LARGE, Int64(0))
        default: options.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private func applyAuthentication(to options: inout CurlOptions) {
        switch request.authentication {
        case nil, .other: break
        case .basic(let user, let password):
            options.check(ccurl_set_authentication(options.easy, 0))
            options.set(CURLOPT_USERNAME, user)
            options.set(CURLOPT_PASSWORD, password)
        case .bearer(let token):
            options.check(ccurl_set_authentication(options.easy, 1))
            options.set(CURLOPT_XOAUTH2_BEARER, token)
        }
    }

    private func applyProxy(to options: inout CurlOptions) {
        switch request.proxy {
        case .none:
            // "Setting the proxy string to "" explicitly disables the use of a proxy, even if there is an environment
            // variable set for it." https://curl.se/libcurl/c/CURLOPT_PROXY.html
            options.set(CURLOPT_PROXY, "")
        case .through(let url, let except):
            options.set(CURLOPT_PROXY, url)
            options.set(CURLOPT_NOPROXY, except)
            options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        case .environment:
            options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        }
    }
}
