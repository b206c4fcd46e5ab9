import Configuration
import Exposition
import HTTPClient
import Model
import Requests

/// The request for a target, prepared once and made anew when a secret in a file has changed.
struct TargetRequest {
    private let target: ScrapeTarget
    private var prepared: PreparedRequest?
    private let hasSecretFile: Bool

    init(_ target: ScrapeTarget) {
        self.target = target
        let http = target.job.config.http
        hasSecretFile =
            http.basicAuth?.username.file != nil || http.basicAuth?.password.file != nil
            || http.authorization?.credentials?.file != nil
    }

    /// The request as it is to be sent now.
    mutating func current() throws -> PreparedRequest {
        if let prepared, !hasSecretFile { return prepared }
        let request = try request()
        if let prepared, prepared.request == request { return prepared }
        let made = try PreparedRequest(request)
        prepared = made
        return made
    }

    private func request() throws(UserError) -> HTTPRequest {
        let config = target.job.config
        var request = try HTTPRequest(url: target.url, as: config.http)
        request.headers.append(HTTPHeader("Accept", acceptHeader(config.scrapeProtocols)))
        request.headers.append(
            HTTPHeader("X-Prometheus-Scrape-Timeout-Seconds", formatAPIValue(Double(target.timeout) / 1000)))
        request.timeout = target.timeout
        request.connectTimeout = target.timeout
        request.acceptsCompression = config.enableCompression
        request.bodyLimit = config.limits.bodySize > 0 ? Int(clamping: config.limits.bodySize) : 256 << 20
        request.keepsBodyToLimit = config.limits.action == .dropExcess
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
