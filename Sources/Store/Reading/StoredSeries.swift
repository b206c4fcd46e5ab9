import Model

/// The series of a store's file, for reading only: also while an appliance, in another process, writes it. What that one has
/// not committed yet is not seen.
public final class StoredSeries: Sendable {
    /// The file.
    public let path: String
    let registry: SeriesRegistry
    let readers: ReaderPool

    /// Opens a file that is there.
    public init(path: String) throws {
        let version = try checkIsStore(path, "read")
        if let newest = Migration.all().last?.version, version < newest {
            throw UserError(
                "cannot read \(path): its schema has version \(version), this vedette reads version \(newest); "
                    + "`vedette compact` brings it there")
        }
        self.path = path
        // It knows of no series, so that every selection asks the file.
        registry = SeriesRegistry(
            heads: HeadBook(rowsPerPart: Int.max), largestBlock: Store.largestBlock, past: nil)
        registry.state.withLock { $0.coveredSince = .max }
        // Nor does it know when another process takes chunks out, so that it keeps none.
        readers = ReaderPool(path: path, watch: FileWatch(path: path), chunks: nil)
    }

    /// Lets go of the file.
    public func close() {
        readers.close()
        registry.close()
    }

    /// The time of the newest sample, nearly; nil when there is none.
    public func newestTime() throws -> Int64? {
        try readers.read { try timeSpan($0)?.upperBound }
    }

    /// The time of the oldest sample, nearly; nil when there is none.
    public func oldestTime() throws -> Int64? {
        try readers.read { try timeSpan($0)?.lowerBound }
    }
}

extension StoredSeries: SeriesSource {
    /// The series that satisfy every matcher, with their samples in a range of time.
    public func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        try StoreCursor(
            matchers, from: from, to: to, registry: registry, pool: readers, waiting: WaitingSamples([]))
    }
}
