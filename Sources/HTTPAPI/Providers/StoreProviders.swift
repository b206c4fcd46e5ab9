/// Who knows what the store holds.
public protocol StoreStatusProvider: Sendable {
    /// The figures of the store, each list at most `limit` long and largest first.
    func storeStatus(limit: Int) async throws -> StoreStatus
}

/// The figures behind `/api/v1/status/tsdb`. Times are Unix milliseconds.
public struct StoreStatus: Sendable {
    /// A name and how many of it there are.
    public typealias Count = (name: String, count: Int64)

    /// Series that have been seen lately.
    public var series: Int64 = 0
    /// Different pairs of a label's name and value.
    public var labelPairs: Int64 = 0
    /// Chunks of samples that are held.
    public var chunks: Int64 = 0
    /// The oldest sample; nil when there is none.
    public var oldest: Int64?
    /// The newest sample; nil when there is none.
    public var newest: Int64?
    /// Metrics by their number of series.
    public var seriesByMetric: [Count] = []
    /// Labels by their number of values.
    public var valuesByLabel: [Count] = []
    /// Labels by the bytes of their values.
    public var bytesByLabel: [Count] = []
    /// Pairs `name=value` by their number of series.
    public var seriesByPair: [Count] = []

    /// The figures of an empty store.
    public init() {}
}

/// Who can make a consistent copy of the database.
public protocol BackupProvider: Sendable {
    /// Makes a copy, open for reading. The file should have no name any more, so that it is gone when it has been sent.
    func makeBackup() async throws -> OpenFile
}
