import Configuration
import HTTPClient
import Model

extension HTTPRequest {
    /// A GET request as a section of the configuration says. Secrets that stand in files are read now, which may block;
    /// throws when one cannot be read.
    public init(url: String, as section: HTTPClientSection) throws(UserError) {
        self.init(url: url)
        if let basic = section.basicAuth {
            authentication = .basic(user: try basic.username.reveal(), password: try basic.password.reveal())
        } else if let authorization = section.authorization, let secret = authorization.credentials {
            let credentials = try secret.reveal()
            authentication =
                authorization.type == "Bearer"
                ? .bearer(credentials) : .other(scheme: authorization.type, credentials: credentials)
        }
        tls = try TLSOptions(section.tls)
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

extension TLSOptions {
    fileprivate init(_ section: TLSClientSection) throws(UserError) {
        self.init()
        authorities = section.caFile.map(TLSMaterial.file) ?? section.ca.map { .pem(Array($0.utf8)) }
        certificate = section.certFile.map(TLSMaterial.file) ?? section.cert.map { .pem(Array($0.utf8)) }
        if let secret = section.key {
            if let path = secret.file { key = .file(path) } else { key = .pem(Array(try secret.reveal().utf8)) }
        }
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
