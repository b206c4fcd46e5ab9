/// What storage offers besides samples: which series and labels there are.
///
/// Selections are alternatives, each a set of matchers that a series has to satisfy together; no selection at all means every
/// series. The range of time (Unix milliseconds, both ends in) is a hint: series that had samples shortly before or after it
/// may be among the answers, none that had samples within is missing.
public protocol LabelSource: Sendable {
    /// The series of any of the selections, each once.
    func series(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> any SeriesList

    /// The names of their labels, in byte order.
    func labelNames(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> [String]

    /// The values that a label has among them, in byte order.
    func labelValues(_ name: String, _ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> [String]
}

/// Series that were found: numbers, of which the labels are made when they are asked for.
public protocol SeriesList: Sendable {
    /// How many there are.
    var count: Int { get }

    /// The labels of some of them. A series that has been deleted since has none.
    func labels(in range: Range<Int>) throws -> [Labels]
}
