import Configuration
import Model

/// A file of unit tests for rules, in Prometheus's format.
public struct RuleTestFile: Sendable {
    /// The path it was read from.
    public var path: String
    /// The rule files that are tested, as paths to open.
    public var ruleFiles: [String] = []
    /// How often groups are evaluated, in milliseconds, whatever they say themselves.
    public var evaluationInterval: Int64 = 60_000
    /// The names of groups in the order in which they are evaluated.
    public var groupOrder: [String] = []
    /// Whether numbers that are neighbours count as equal.
    public var isFuzzy = false
    /// The tests.
    public var tests: [RuleTest] = []
}

/// Series, and what is expected of the rules over them.
public struct RuleTest: Sendable {
    /// What it is called; empty for one without a name.
    public var name: String
    /// Where it stands.
    public var place: Place
    /// From one point of a series to the next, in milliseconds.
    public var interval: Int64
    /// The series.
    public var series: [TestSeries]
    /// Labels that tell the instance apart, for templates.
    public var externalLabels: Labels
    /// Where the instance is reached from outside, for templates.
    public var externalURL: String
    /// The time of the first point, in Unix milliseconds.
    public var start: Int64
    /// What alerts are expected to fire.
    public var alerts: [AlertExpectation]
    /// What queries are expected to answer.
    public var queries: [QueryExpectation]
}

/// A series as it is written: read when the test is run.
public struct TestSeries: Sendable {
    /// The labels.
    public var labels: String
    /// The points.
    public var values: String
    /// Where it stands.
    public var place: Place
}

/// The alerts of one name that are to fire at a time, and no others.
public struct AlertExpectation: Sendable {
    /// The time, in milliseconds from the start.
    public var time: Int64
    /// The name of the alert.
    public var name: String
    /// The alerts.
    public var alerts: [ExpectedAlert]
    /// Where it stands.
    public var place: Place
}

/// An alert that is to fire.
public struct ExpectedAlert: Sendable {
    /// The labels, sorted by name.
    public var labels: [Label]
    /// The annotations, sorted by name.
    public var annotations: [Label]
}

/// What a query is to answer at a time.
public struct QueryExpectation: Sendable {
    /// The query.
    public var text: String
    /// The time, in milliseconds from the start.
    public var time: Int64
    /// The samples, in any order.
    public var samples: [ExpectedSample]
    /// Where it stands.
    public var place: Place
}

/// A sample that a query is to answer.
public struct ExpectedSample: Sendable {
    /// The labels as they are written.
    public var labels: String
    /// The value.
    public var value: Double
    /// Whether a histogram is expected in its place.
    public var isHistogram: Bool
}
