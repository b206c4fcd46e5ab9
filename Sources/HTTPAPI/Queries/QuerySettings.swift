/// How queries are evaluated, and what they may cost. Times are milliseconds.
public struct QuerySettings: Sendable, Hashable {
    /// How long a query may take, its waiting included.
    public var timeout: Int64 = 120_000
    /// How many samples it may hold at a time.
    public var maxSamples = 50_000_000
    /// How many queries run at a time; others wait.
    public var maxConcurrency = 20
    /// How old a sample may be and still be the latest.
    public var lookbackDelta: Int64 = 300_000
    /// The resolution of subqueries that give none.
    public var subqueryInterval: Int64 = 60_000

    /// The usual settings.
    public init() {}
}
