import Configuration
import Model
import Threads

/// A request of discovery.
public struct DiscoveryRequest: Sendable {
    /// The URL asked.
    public var url: String
    /// Headers beside those that `http` makes.
    public var headers: [(name: String, value: String)]
    /// How the server is spoken to.
    public var http: HTTPClientSection
    /// How long the answer may take.
    public var timeoutMilliseconds: Int64
    /// How many bytes it may have.
    public var bodyLimit: Int
    /// Where secrets are read from files.
    let lane: BlockingLane
}

/// A server's answer.
public struct DiscoveryAnswer: Sendable {
    /// The status code.
    public var status: Int
    /// The `Content-Type`; empty when there is none.
    public var contentType: String
    /// The body, uncompressed.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Whoever carries a request of discovery to its server.
public protocol HTTPFetching: Sendable {
    /// The answer; throws when there is none.
    func fetch(_ request: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer
}

/// The server of one `http_sd_configs` entry.
struct HTTPSource: Sendable {
    let config: HTTPDiscoveryConfig
    let fetcher: any HTTPFetching
    /// Where it does what may block.
    let lane: BlockingLane

    /// Asks once; throws what is wrong with the answer.
    func ask() async throws(UserError) -> [TargetGroup] {
        let seconds = formatExpositionValue(Double(config.refreshInterval) / 1000)
        let answer = try await fetcher.fetch(
            DiscoveryRequest(
                url: config.url,
                headers: [
                    ("Accept", "application/json"), ("X-Prometheus-Refresh-Interval-Seconds", seconds),
                ], http: config.http, timeoutMilliseconds: config.refreshInterval,
                bodyLimit: ReadingLimits.discovery.bytes, lane: lane))
        guard answer.status == 200 else { throw UserError("the server answered with status \(answer.status)") }
        guard isJSON(answer.contentType) else {
            throw UserError("the answer has the type \(quoted(answer.contentType)) rather than application/json")
        }
        return try readTargetGroups(answer.body, name: shownURL, json: true).map { group in
            TargetGroup(targets: group.targets, labels: group.labels + [Label("__meta_url", config.url)])
        }
    }

    /// The URL for messages.
    var shownURL: String { withoutPassword(config.url) }
}

/// `application/json`, with no charset but UTF-8.
private func isJSON(_ contentType: String) -> Bool {
    let parts = contentType.lowercased().split(separator: ";", maxSplits: 1)
    guard trimmed(parts.first ?? "") == "application/json" else { return false }
    return parts.count < 2 || ["charset=utf-8", "charset=\"utf-8\""].contains(trimmed(parts[1]))
}

private func trimmed(_ text: Substring) -> Substring {
    let start = text.drop { $0 == " " }
    return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
}
