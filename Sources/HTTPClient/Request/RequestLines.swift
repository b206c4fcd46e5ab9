// What of a request goes over the wire as lines. A line break or a NUL in the wrong place would let whoever wrote the value
// write headers or whole requests of their own, so each is looked for before libcurl sees anything.

/// Throws `badRequest` when the request cannot be sent as it is.
func checkSendable(_ request: HTTPRequest, shownURL: String) throws(HTTPFailure) {
    func refused(_ reason: String) -> HTTPFailure {
        HTTPFailure(.badRequest, "cannot ask \(shownURL): \(reason)")
    }
    guard HTTPHeader.isToken(request.method) else { throw refused("the method is not a word") }
    for header in request.headers {
        guard HTTPHeader.isToken(header.name) else { throw refused("the name of a header is not a word") }
        guard isLine(header.value) else { throw refused("the header \(header.name) has control characters") }
    }
    switch request.authentication {
    case nil: break
    case .basic(let user, let password):
        guard isLine(user), isLine(password) else { throw refused("user or password have control characters") }
        guard !user.utf8.contains(UInt8(ascii: ":")) else { throw refused("the user's name has a colon") }
    case .bearer(let token):
        guard isLine(token) else { throw refused("the bearer token has control characters") }
    case .other(let scheme, let credentials):
        guard HTTPHeader.isToken(scheme), isLine(credentials) else {
            throw refused("the credentials have control characters")
        }
    }
    if let name = request.tls.serverName, name.isEmpty || !isLine(name) || name.utf8.contains(where: { $0 <= 0x20 }) {
        throw refused("the name of the server is not one")
    }
    if case .through(let url, let except) = request.proxy {
        guard !url.isEmpty, isLine(url), isLine(except) else { throw refused("the URL of the proxy is not one") }
    }
    for case .file(let path) in [request.tls.authorities, request.tls.certificate, request.tls.key] {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw refused("the path of a certificate is not one") }
    }
    if let newest = request.tls.maximumVersion, newest < request.tls.minimumVersion {
        throw refused("the newest version of TLS allowed is older than the oldest")
    }
    guard request.timeout >= 0, request.connectTimeout >= 0, request.redirectLimit >= 0, request.headLimit >= 0,
        request.bodyLimit ?? 0 >= 0
    else { throw refused("a time-out or a limit is negative") }
}

/// The lines for `CURLOPT_HTTPHEADER`.
func headerLines(of request: HTTPRequest, shownURL: String) throws(HTTPFailure) -> [String] {
    // curl's way to send a header without a value is a semicolon in place of the colon.
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    func isNamed(_ name: String) -> Bool { request.headers.contains { $0.name.lowercased() == name } }
    if case .other(let scheme, let credentials) = request.authentication {
        guard !isNamed("authorization") else {
            throw HTTPFailure(.badRequest, "cannot ask \(shownURL): two sorts of credentials are given")
        }
        lines.append("Authorization: \(scheme) \(credentials)")
    }
    if request.body != nil || request.method == "POST" {
        // A name and a colon alone take away what curl would add by itself: the type of a form, and the wait for a
        // "100 Continue" before a large body.
        if !isNamed("content-type") { lines.append("Content-Type:") }
        if !isNamed("expect") { lines.append("Expect:") }
    }
    return lines
}

/// Whether the text can stand in one line.
func isLine(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
}
