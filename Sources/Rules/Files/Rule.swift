import Model
import PromQL

/// A rule of a group.
public enum Rule: Sendable {
    /// One that stores what its expression evaluates to.
    case recording(RecordingRule)
    /// One that raises alerts.
    case alerting(AlertingRule)

    /// The metric that is recorded, or the alert's name.
    public var name: String {
        switch self {
        case .recording(let rule): rule.metric
        case .alerting(let rule): rule.name
        }
    }

    /// What is evaluated.
    public var query: ParsedQuery {
        switch self {
        case .recording(let rule): rule.query
        case .alerting(let rule): rule.query
        }
    }

    /// The labels as they are written, sorted by name.
    public var labels: [Label] {
        switch self {
        case .recording(let rule): rule.labels
        case .alerting(let rule): rule.labels.map { Label($0.name, $0.text) }
        }
    }

    /// Where it stands.
    public var place: Place {
        switch self {
        case .recording(let rule): rule.place
        case .alerting(let rule): rule.place
        }
    }
}

/// A rule that stores what its expression evaluates to.
public struct RecordingRule: Sendable {
    /// The metric that is recorded.
    public var metric: String
    /// What is evaluated.
    public var query: ParsedQuery
    /// Labels that each series is given, sorted by name; an empty value takes the label away.
    public var labels: [Label]
    /// Where it stands.
    public var place: Place

    /// A rule; its labels come in any order.
    public init(metric: String, query: ParsedQuery, labels: [Label] = [], place: Place = Place(line: 1, column: 1)) {
        self.metric = metric
        self.query = query
        self.labels = labels.sorted { bytesPrecede($0.name, $1.name) }
        self.place = place
    }
}

/// A rule that raises an alert for each series of its expression.
public struct AlertingRule: Sendable {
    /// The alert's name.
    public var name: String
    /// What is evaluated.
    public var query: ParsedQuery
    /// How long a series must be there before its alert fires, in milliseconds.
    public var holdFor: Int64
    /// How long an alert goes on firing when its series has gone, in milliseconds.
    public var keepFiringFor: Int64
    /// Labels that each alert is given, sorted by name.
    public var labels: [TemplatedText]
    /// What is said about each alert, sorted by name.
    public var annotations: [TemplatedText]
    /// Where it stands.
    public var place: Place

    /// A rule; its labels and annotations come in any order.
    public init(
        name: String, query: ParsedQuery, holdFor: Int64 = 0, keepFiringFor: Int64 = 0, labels: [TemplatedText] = [],
        annotations: [TemplatedText] = [], place: Place = Place(line: 1, column: 1)
    ) {
        self.name = name
        self.query = query
        self.holdFor = holdFor
        self.keepFiringFor = keepFiringFor
        self.labels = labels.sorted { bytesPrecede($0.name, $1.name) }
        self.annotations = annotations.sorted { bytesPrecede($0.name, $1.name) }
        self.place = place
    }
}
