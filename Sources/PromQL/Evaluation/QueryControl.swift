import Model
import Synchronization

/// What a query may use, and whether it is still wanted. Shared between the one who asks and the one who evaluates.
public final class QueryControl: Sendable {
    private let isCancelled = Atomic(false)
    private let deadline: Int64
    private let sampleLimit: Int
    private let clock: any WallClock

    /// Limits: how long the query may take, in milliseconds, and how many samples it may hold at a time.
    public init(timeout: Int64, sampleLimit: Int, clock: any WallClock = SystemClock()) {
        let (end, overflow) = clock.steady().addingReportingOverflow(max(0, timeout))
        deadline = overflow ? .max : end
        self.sampleLimit = sampleLimit
        self.clock = clock
    }

    /// Ends the query at its next look.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Throws when the query is to end.
    func check() throws(QueryError) {
        if isCancelled.load(ordering: .relaxed) { throw .cancelled }
        if clock.steady() > deadline { throw .timedOut }
    }

    /// Throws when so many samples at a time are too many.
    func check(samples: Int) throws(QueryError) {
        if samples > sampleLimit { throw .tooManySamples }
    }
}

/// What a query has used.
public struct QueryStatistics: Sendable {
    /// The samples that were looked at.
    public internal(set) var totalSamples = 0
    /// The most that were held at a time.
    public internal(set) var peakSamples = 0
    /// Nanoseconds from the parsed query to its result.
    public internal(set) var evaluationNanoseconds: UInt64 = 0
}
