import Model
import Synchronization

/// What a query may use, and whether it is still wanted. Shared between the one who asks and the one who evaluates.
public final class QueryControl: Sendable {
    private let isCancelled = Atomic(false)
    private let deadline: Int64
    private let sampleLimit: Int
    private let together: SampleAccount?
    private let held = Atomic(0)
    private let clock: any WallClock

    /// Limits: how long the query may take, in milliseconds, and how many samples it may hold at a time; all that share an account
    /// may hold no more together.
    public init(
        timeout: Int64, sampleLimit: Int, together: SampleAccount? = nil, clock: any WallClock = SystemClock()
    ) {
        let (end, overflow) = clock.steady().addingReportingOverflow(max(0, timeout))
        deadline = overflow ? .max : end
        self.sampleLimit = sampleLimit
        self.together = together
        self.clock = clock
    }

    /// Ends the query at its next look.
    public func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Throws when the query is to end.
    func check() throws(QueryError) {
        if isCancelled.load(ordering: .relaxed) { throw .cancelled }
        if clock.steady() > deadline { throw .timedOut }
    }

    deinit { together?.add(-held.load(ordering: .relaxed)) }

    /// Notes that so many more samples are held, and returns how many it is now. What is held at the end, the result, counts until
    /// nobody has this control any more. Throws when it is too much.
    func hold(_ samples: Int) throws(QueryError) -> Int {
        let all = held.add(samples, ordering: .relaxed).newValue
        let ofAll = together?.add(samples) ?? 0
        if all > sampleLimit { throw .tooManySamples }
        if ofAll > sampleLimit { throw .tooManySamplesTogether }
        return all
    }

    /// Notes that they are not any more.
    func release(_ samples: Int) {
        held.subtract(samples, ordering: .relaxed)
        together?.add(-samples)
    }
}

/// How many samples several queries hold together.
public final class SampleAccount: Sendable {
    private let samples = Atomic(0)

    /// An account with nothing in it.
    public init() {}

    /// Adds samples, or takes some away, and returns how many it is now.
    @discardableResult
    func add(_ more: Int) -> Int { samples.add(more, ordering: .relaxed).newValue }
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
