import Instruments
import Model
import PromQL
import Threads

/// Runs queries, and other work that goes through the store, on threads of their own: so many at a time, and less important
/// than scraping.
public final class QueryRunner: Sendable {
    /// About a third of a processor where others want all of it.
    private static let niceness: Int32 = 5

    private let settingsNow: @Sendable () -> QuerySettings
    private let gate: QueryGate
    private let threads = RestingThreads(name: "query", stackSize: QueryEngine.stackSize, niceness: niceness)
    /// A query that may hold much must not be joined by nineteen others that do: the store's memory is this process's too.
    private let samples = SampleAccount()
    private let clock: any WallClock
    private let outcomes: CounterFamily
    private let durations: Histogram
    private let running: Gauge

    /// A runner that goes by the settings as they are whenever it starts something.
    public convenience init(
        settings: @escaping @Sendable () -> QuerySettings = { QuerySettings() }, registry: Registry,
        clock: any WallClock = SystemClock()
    ) {
        self.init(settings: settings, registry: registry, clock: clock, gate: QueryGate())
    }

    init(
        settings: @escaping @Sendable () -> QuerySettings, registry: Registry, clock: any WallClock, gate: QueryGate
    ) {
        settingsNow = settings
        self.gate = gate
        self.clock = clock
        outcomes = registry.counters(
            "vedette_queries_total", "Queries by what became of them.", by: ["outcome"])
        for outcome in QueryOutcome.allCases { _ = outcomes.with(outcome.rawValue) }
        durations = registry.histogram(
            "vedette_query_seconds", "How long queries took from their request to their result.",
            buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120])
        running = registry.gauge("vedette_queries_running", "Queries that are being evaluated.")
    }

    /// The settings at present.
    public var settings: QuerySettings { settingsNow() }

    /// Evaluates a query: `evaluate` runs on a thread of its own with a control that ends it in time, and when the task is
    /// cancelled. A timeout of nil is the usual one, a longer one is cut down to that.
    func answer(
        timeout: Int64?, _ evaluate: @escaping @Sendable (QueryControl) throws -> QueryResult
    ) async throws -> FinishedQuery {
        let began = monotonicNanoseconds()
        do {
            let settings = settings
            let timeout = min(timeout ?? .max, settings.timeout)
            if timeout <= 0 { throw QueryGate.TimedOut() }
            let control = QueryControl(
                timeout: timeout, sampleLimit: settings.maxSamples, together: samples, clock: clock)
            let finished = try await withTaskCancellationHandler {
                try await perform(settings, within: timeout) { [running] in
                    let waited = monotonicNanoseconds() - began
                    running.add(1)
                    defer { running.add(-1) }
                    return FinishedQuery(result: try evaluate(control), control: control, waitedNanoseconds: waited)
                }
            } onCancel: {
                control.cancel()
            }
            note(.success, since: began)
            return finished
        } catch {
            note(QueryOutcome(error), since: began)
            throw httpError(fromQuery: error)
        }
    }

    /// Runs other work that may take its time, under the same limit.
    func run<Answer: Sendable>(_ work: @escaping @Sendable () throws -> Answer) async throws -> Answer {
        let settings = settings
        do {
            return try await perform(settings, within: settings.timeout, work)
        } catch {
            throw httpError(fromQuery: error)
        }
    }

    private func perform<Answer: Sendable>(
        _ settings: QuerySettings, within milliseconds: Int64, _ work: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await gate.enter(limit: settings.maxConcurrency, within: milliseconds)
        defer { gate.leave() }
        return try await threads.perform(work)
    }

    private func note(_ outcome: QueryOutcome, since began: UInt64) {
        outcomes.with(outcome.rawValue).increment()
        durations.observe(nanoseconds: monotonicNanoseconds() - began)
    }
}

/// A query with its result.
struct FinishedQuery: Sendable {
    var result: QueryResult
    /// Kept as long as the result is: until then its samples count.
    var control: QueryControl?
    /// How long it waited until it could run.
    var waitedNanoseconds: UInt64
}

/// What became of a query.
private enum QueryOutcome: String, CaseIterable {
    case success
    /// Its text is no query.
    case invalid
    /// It could not be evaluated on the series there are, or is too large.
    case failed
    case timeout
    /// The client left.
    case canceled
    /// Something is wrong on our side.
    case error

    init(_ error: any Error) {
        self =
            switch error {
            case QueryError.syntax, is HTTPError: .invalid
            case QueryError.execution, QueryError.tooManySamples, QueryError.tooManySamplesTogether: .failed
            case QueryError.timedOut, is QueryGate.TimedOut: .timeout
            case QueryError.cancelled, is CancellationError: .canceled
            default: .error
            }
    }
}

/// What went wrong with a query, as Prometheus says it.
private func httpError(fromQuery error: any Error) -> any Error {
    switch error {
    case let error as QueryError:
        switch error {
        case .syntax: invalidParameter("query", error.description)
        case .execution, .tooManySamples, .tooManySamplesTogether: HTTPError.api(.execution, error.description)
        case .timedOut: HTTPError.api(.timeout, error.description)
        case .cancelled: HTTPError.api(.canceled, error.description)
        case .storage: HTTPError.api(.internal, error.description)
        }
    case is QueryGate.TimedOut: HTTPError.api(.timeout, "query timed out in query queue")
    case is CancellationError: HTTPError.api(.canceled, "query was canceled in query queue")
    default: error
    }
}
