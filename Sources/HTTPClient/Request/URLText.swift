import CCurl

/// The parts of a URL that the client needs to know before it asks.
struct URLParts {
    /// `http` or `https`.
    let scheme: String
    /// The host, an IPv6 address in brackets.
    let host: String
    /// The port, also when the URL does not name one.
    let port: String
    /// Whether the URL names its port.
    let hasExplicitPort: Bool
    /// The whole URL without user, password and fragment, and without its path where that is a secret: what may be shown.
    let shown: String
    /// The parts as libcurl itself understands them, so that what is checked here is what is asked later.
    init(_ text: String, hidingPath: Bool = false) throws(HTTPFailure) {
        func refused(_ reason: String) -> HTTPFailure {
            HTTPFailure(.badURL, "cannot read URL \(urlForMessages(text, hidingPath: hidingPath)): \(reason)")
        }
        guard !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw refused("it has blanks or control characters")
        }
        guard text.contains("://") else { throw refused(expectedForm) }
        guard let handle = curl_url() else { throw refused("out of memory") }
        defer { curl_url_cleanup(handle) }
        let verdict = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard verdict == CURLUE_OK else {
            throw refused(curl_url_strerror(verdict).map { lowercasedFirst(String(cString: $0)) } ?? "it is malformed")
        }
        guard let scheme = part(handle, CURLUPART_SCHEME) else { throw refused(expectedForm) }
        guard scheme == "http" || scheme == "https" else {
            throw refused("the scheme must be http or https, not \(scheme)")
        }
        guard let host = part(handle, CURLUPART_HOST),
            let port = part(handle, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT))
        else { throw refused(expectedForm) }
        self.scheme = scheme
        self.host = host
        self.port = port
        hasExplicitPort = part(handle, CURLUPART_PORT) != nil
        for secret in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT] { curl_url_set(handle, secret, nil, 0) }
        shown = urlForMessages(part(handle, CURLUPART_URL) ?? text, hidingPath: hidingPath)
    }
}

/// The same URL with another host, for asking by a TLS server name that is not the host's.
func replacingHost(of url: String, with host: String) -> String? {
    guard let handle = curl_url() else { return nil }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
        curl_url_set(handle, CURLUPART_HOST, host, 0) == CURLUE_OK
    else { return nil }
    return part(handle, CURLUPART_URL)
}

private let expectedForm = "expected a form like http://host:port/path"

func part(_ handle: OpaquePointer, _ which: CURLUPart, _ flags: UInt32 = 0) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(handle, which, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
}

/// A URL as it may stand in a message: without what stands before an `@` of its authority. Works on any text, since the URLs
/// that most need showing are those that cannot be read.
func shownURL(_ url: String) -> String {
    let bytes = url.utf8
    guard let scheme = url.firstRange(of: "://") else {
        // Without a scheme anything before an "@" may be a password.
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return url }
        return String(url[bytes.index(after: at)...])
    }
    let rest = bytes[scheme.upperBound...]
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    guard let at = rest[..<(end ?? rest.endIndex)].lastIndex(of: UInt8(ascii: "@")) else { return url }
    return String(url[..<scheme.upperBound]) + String(url[bytes.index(after: at)...])
}

/// The same, and where the path is a secret without all that stands behind the host.
func urlForMessages(_ url: String, hidingPath: Bool) -> String {
    let url = shownURL(url)
    guard hidingPath else { return url }
    // Without a scheme nobody knows what it is.
    guard let scheme = url.firstRange(of: "://") else { return "<secret>" }
    let rest = url[scheme.upperBound...]
    guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" || $0 == "#" }) else { return url }
    return rest[end...] == "/" ? url : "\(url[..<end])/…"
}

/// libcurl's sentences begin with a capital letter; ours stand behind a colon.
func lowercasedFirst(_ text: String) -> String {
    let second = text.dropFirst().first
    // "SSL …" and "TLS …" keep theirs.
    if let second, second.isUppercase { return text }
    return text.prefix(1).lowercased() + text.dropFirst()
}
