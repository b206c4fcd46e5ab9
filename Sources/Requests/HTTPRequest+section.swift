import Configuration
import HTTPClient
import Model

extension HTTPRequest {
    /// A GET request as a section of the configuration says. Secrets that stand in files are read now, which may block;
    /// throws when one cannot be read.
    public init(url: String, as section: HTTPClientSection) throws(UserError) {
        self.init(url: url, as: section, secrets: try RevealedSecrets(section.secrets))
    }

    /// A GET request as a section of the configuration says, with secrets that were read before.
    public init(url: String, as section: HTTPClientSection, secrets: RevealedSecrets) {
        self.init(url: url)
        if let basic = section.basicAuth {
            authentication = .basic(user: secrets[basic.username], password: secrets[basic.password])
        } else if let authorization = section.authorization, let secret = authorization.credentials {
            authentication =
                authorization.type == "Bearer"
                ? .bearer(secrets[secret]) : .other(scheme: authorization.type, credentials: secrets[secret])
        }
        tls = TLSOptions(section.tls, secrets)
        if section.proxyFromEnvironment {
            proxy = .environment
        } else if let url = section.proxyURL {
            proxy = .through(url: url, except: section.noProxy ?? "")
        }
        // As many as Go's client follows.
        redirectLimit = section.followRedirects ? 10 : 0
        allowsHTTP2 = section.enableHTTP2
    }
}

extension HTTPClientSection {
    /// The secrets that a request is made with.
    public var secrets: [Secret] {
        var all = tls.secrets
        if let basicAuth { all += [basicAuth.username, basicAuth.password] }
        if let credentials = authorization?.credentials { all.append(credentials) }
        return all
    }
}

extension TLSClientSection {
    /// The secrets that TLS is done with. A key's file is not among them: it is read with the connection that needs it.
    public var secrets: [Secret] {
        guard let key, key.file == nil else { return [] }
        return [key]
    }
}

extension TLSOptions {
    /// TLS as a section of the configuration says.
    public init(_ section: TLSClientSection, _ secrets: RevealedSecrets) {
        self.init()
        authorities = section.caFile.map(TLSMaterial.file) ?? section.ca.map { .pem(Array($0.utf8)) }
        certificate = section.certFile.map(TLSMaterial.file) ?? section.cert.map { .pem(Array($0.utf8)) }
        key = section.key.map { key in key.file.map(TLSMaterial.file) ?? .pem(Array(secrets[key].utf8)) }
        serverName = section.serverName
        skipsVerification = section.insecureSkipVerify
        minimumVersion = section.minVersion.map(TLSVersion.init) ?? minimumVersion
        maximumVersion = section.maxVersion.map(TLSVersion.init)
    }
}

extension TLSVersion {
    fileprivate init(_ version: TLSClientSection.Version) {
        switch version {
        case .tls10: self = .tls10
        case .tls11: self = .tls11
        case .tls12: self = .tls12
        case .tls13: self = .tls13
        }
    }
}
