import Instruments
import Synchronization

/// What the server counts about itself.
final class ServerInstruments: Sendable {
    /// Connections that were told 503 or closed at once.
    let refused: Counter
    /// By the patterns of the routes: a fixed set, whatever is asked for.
    private let meters: [String: RouteMeter]
    /// For requests that no route took: nothing is there, or the head was refused.
    private let unrouted: RouteMeter

    init(_ registry: Registry, patterns: Set<String>, connections: ConnectionTable) {
        registry.gauge("vedette_http_connections", "Connections to the server that are open.") {
            Double(connections.count)
        }
        refused = registry.counter(
            "vedette_http_connections_refused_total",
            "Connections beyond the limit, which were told so or closed at once.")
        let requests = registry.counters(
            "vedette_http_requests_total", "Requests by the route that took them and the status of the answer.",
            by: ["handler", "code"])
        let seconds = registry.histograms(
            "vedette_http_request_seconds", "From the first line of a request to the last byte of its answer.",
            by: ["handler"])
        func meter(_ handler: String) -> RouteMeter { RouteMeter(handler, requests, seconds) }
        meters = Dictionary(uniqueKeysWithValues: patterns.map { ($0, meter($0)) })
        unrouted = meter("none")
    }

    /// Counts a request that is over. The status is 0 when the client left before there was an answer.
    func count(_ pattern: String?, _ status: HTTPStatus, nanoseconds: UInt64) {
        let meter = pattern.flatMap { meters[$0] } ?? unrouted
        meter.count(status, nanoseconds)
    }
}

/// The instruments of one route. They are made when they are first needed, and found by a number afterwards: counting a
/// request allocates nothing.
private final class RouteMeter: Sendable {
    private struct Found {
        var answers: [Int: Counter] = [:]
        var duration: Histogram?
    }

    private let handler: String
    private let requests: CounterFamily
    private let seconds: HistogramFamily
    private let found = Mutex(Found())

    init(_ handler: String, _ requests: CounterFamily, _ seconds: HistogramFamily) {
        self.handler = handler
        self.requests = requests
        self.seconds = seconds
    }

    func count(_ status: HTTPStatus, _ nanoseconds: UInt64) {
        let (answers, duration) = found.withLock { found in
            let duration = found.duration ?? seconds.with(handler)
            found.duration = duration
            if let answers = found.answers[status.rawValue] { return (answers, duration) }
            let answers = requests.with(handler, status.rawValue == 0 ? "none" : String(status.rawValue))
            found.answers[status.rawValue] = answers
            return (answers, duration)
        }
        answers.increment()
        duration.observe(nanoseconds: nanoseconds)
    }
}
