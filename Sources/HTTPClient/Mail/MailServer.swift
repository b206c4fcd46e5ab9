import CCurl

/// Who takes our mail, and how to speak to them.
public struct MailServer: Sendable, Hashable {
    /// `smtp://host:port` or `smtps://host:port`; by default port 25 and 465.
    public var url: String
    /// The name that we introduce ourselves by; nil is the machine's.
    public var hello: String?
    /// User and password; nil to send without.
    public var login: Login?
    /// Whether nothing is said before TLS is agreed on: on `smtp` by STARTTLS. Otherwise that is done where the server offers it.
    public var requiresTLS = true
    /// Whom we trust, and what we show of ourselves.
    public var tls = TLSOptions()
    /// Milliseconds for name, connection and TLS together. The time-out of the whole counts too.
    public var connectTimeout: Int64 = 10_000

    /// Who sends.
    public struct Login: Sendable, Hashable {
        /// The user.
        public var user: String
        /// The password.
        public var password: String

        /// A user with a password.
        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// A server, spoken to as is safe.
    public init(url: String) {
        self.url = url
    }

    /// Looks whether the URL and the name can be used, and returns the URL that curl is given: the name stands in it for a path.
    func askedURL() throws(MailFailure) -> String {
        func refused(_ reason: String) -> MailFailure {
            MailFailure(.badMail, "cannot read URL \(shownURL(url)): \(reason)")
        }
        let form = "expected a form like smtp://host:port or smtps://host:port"
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let handle = curl_url() else { throw refused(form) }
        defer { curl_url_cleanup(handle) }
        guard url.contains("://"), curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = part(handle, CURLUPART_SCHEME), ["smtp", "smtps"].contains(scheme),
            part(handle, CURLUPART_HOST) != nil
        else { throw refused(form) }
        guard part(handle, CURLUPART_USER) == nil, part(handle, CURLUPART_PASSWORD) == nil else {
            throw refused("user and password do not stand in it")
        }
        guard part(handle, CURLUPART_PATH) ?? "/" == "/", part(handle, CURLUPART_QUERY) == nil,
            part(handle, CURLUPART_FRAGMENT) == nil
        else { throw refused("nothing stands behind the host") }
        if let hello {
            guard isHello(hello) else {
                throw MailFailure(.badMail, "cannot greet \(url): the name is not one of a machine")
            }
            curl_url_set(handle, CURLUPART_PATH, "/\(hello)", UInt32(CURLU_URLENCODE))
        }
        guard let asked = part(handle, CURLUPART_URL) else { throw refused(form) }
        return asked
    }

    /// Throws `badMail` when the server cannot be spoken to as it is described.
    public func check() throws(MailFailure) {
        _ = try askedURL()
    }
}

/// A domain, or an address in brackets.
private func isHello(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in isAtom(byte) || ".:[]".utf8.contains(byte) }
}
