/// What storage offers and queries use: series by their labels, samples by their time.
public protocol SeriesSource: Sendable {
    /// The series that satisfy every matcher and may have samples in `from...to` (Unix milliseconds, both ends in).
    /// They come in storage order, each once. The answer sees one consistent state of the store until it is closed.
    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor
}

/// Goes through selected series one after the other, reusing its buffers: nothing is built a sample.
public protocol SeriesCursor: AnyObject {
    /// The number of series that will come at the most: for limits, and to make room.
    var seriesCount: Int { get }

    /// Moves on to the next series; false when there is none left.
    func next() throws -> Bool

    /// An identity of the current series that is the same in every cursor of this source.
    var seriesID: Int64 { get }

    /// The labels of the current series.
    var labels: Labels { get throws }

    /// The samples of the current series within the range, ascending in time, stale markers among them.
    /// The columns are lent for the call only.
    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result

    /// Lets go of what the cursor holds. A cursor may be closed before its end, and more than once.
    func close()
}
