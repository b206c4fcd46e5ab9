import Configuration
import Exposition
import HTTPClient
import Model

/// The request for a target, prepared once and made anew when a secret in a file has changed.
struct TargetRequest {
    private let target: ScrapeTarget
    private var prepared: PreparedRequest?
    private var authorization: String?
    private let hasSecretFile: Bool

    init(_ target: ScrapeTarget) {
        self.target = target
        let http = target.job.config.http
        hasSecretFile = http.basicAuth?.password.file != nil || http.authorization?.credentials?.file != nil
    }

    /// The request as it is to be sent now.
    mutating func current() throws -> PreparedRequest {
        if let prepared, !hasSecretFile { return prepared }
        let header = try target.job.config.http.authorizationHeader()
        if let prepared, header == authorization { return prepared }
        let made = try PreparedRequest(request(authorization: header))
        prepared = made
        authorization = header
        return made
    }

    private func request(authorization: String?) throws -> HTTPRequest {
        let config = target.job.config
        var request = HTTPRequest(url: target.url)
        request.headers = [
            HTTPHeader("Accept", acceptHeader(config.scrapeProtocols)),
            HTTPHeader("X-Prometheus-Scrape-Timeout-Seconds", formatAPIValue(Double(target.timeout) / 1000)),
        ]
        if let authorization { request.headers.append(HTTPHeader("Authorization", authorization)) }
        try request.apply(config.http)
        request.timeout = target.timeout
        request.connectTimeout = target.timeout
        request.acceptsCompression = config.enableCompression
        request.bodyLimit = config.limits.bodySize > 0 ? Int(clamping: config.limits.bodySize) : 256 << 20
        return request
    }
}

/// What is asked for, the most wanted first.
private func acceptHeader(_ protocols: [ScrapeProtocol]) -> String {
    var parts: [String] = []
    for (index, wanted) in protocols.enumerated() where wanted != .prometheusProto {
        let type =
            switch wanted {
            case .openMetricsText1: "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"
            case .openMetricsText0: "application/openmetrics-text;version=0.0.1"
            case .prometheusText1: "text/plain;version=1.0.0;escaping=allow-utf-8"
            case .prometheusText0, .prometheusProto: "text/plain;version=0.0.4"
            }
        parts.append("\(type);q=0.\(max(2, 7 - index))")
    }
    return (parts + ["*/*;q=0.1"]).joined(separator: ",")
}

extension HTTPRequest {
    /// Speaks to the server as a configuration says.
    mutating func apply(_ section: HTTPClientSection) throws(UserError) {
        redirectLimit = section.followRedirects ? 10 : 0
        allowsHTTP2 = section.enableHTTP2
        if section.proxyFromEnvironment {
            proxy = .environment
        } else if let url = section.proxyURL {
            proxy = .through(url: url, except: section.noProxy ?? "")
        }
        let config = section.tls
        tls.authorities = config.caFile.map { .file($0) } ?? config.ca.map { .pem(Array($0.utf8)) }
        tls.certificate = config.certFile.map { .file($0) } ?? config.cert.map { .pem(Array($0.utf8)) }
        if let key = config.key {
            if let file = key.file { tls.key = .file(file) } else { tls.key = .pem(Array(try key.reveal().utf8)) }
        }
        tls.serverName = config.serverName
        tls.skipsVerification = config.insecureSkipVerify
        tls.minimumVersion = config.minVersion.flatMap(TLSVersion.init) ?? .tls12
        tls.maximumVersion = config.maxVersion.flatMap(TLSVersion.init)
    }
}

extension TLSVersion {
    init?(_ version: TLSClientSection.Version) {
        switch version.rawValue {
        case "TLS10": self = .tls10
        case "TLS11": self = .tls11
        case "TLS12": self = .tls12
        case "TLS13": self = .tls13
        default: return nil
        }
    }
}
