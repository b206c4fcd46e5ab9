import Model

/// Who knows the rules and thresholds, and how they stand.
public protocol RulesProvider: Sendable {
    /// All groups of rules; a threshold is shown as an alerting rule for each of its levels.
    func ruleGroups() async throws -> [RuleGroupInformation]

    /// The series of all thresholds, in the order of the configuration.
    func thresholds() async throws -> [ThresholdInformation]
}

/// A group of rules. Times and lengths are milliseconds.
public struct RuleGroupInformation: Sendable {
    /// Its name.
    public var name: String
    /// The file it stands in.
    public var file: String
    /// Its rules in order.
    public var rules: [RuleInformation]
    /// How often it is evaluated.
    public var interval: Int64
    /// How many series or alerts a rule may have; 0 for any number.
    public var limit: Int64 = 0
    /// How long the last evaluation took.
    public var evaluationNanoseconds: UInt64 = 0
    /// When that was; nil before the first.
    public var lastEvaluation: Int64?

    /// A group that has not been evaluated.
    public init(name: String, file: String, interval: Int64, rules: [RuleInformation]) {
        self.name = name
        self.file = file
        self.interval = interval
        self.rules = rules
    }
}

/// A rule.
public struct RuleInformation: Sendable {
    /// What only alerting rules have.
    public struct Alerting: Sendable {
        /// `unknown`, `inactive`, `pending` or `firing`: the furthest that one of the alerts is.
        public var state: String
        /// How long a series must be there.
        public var holdFor: Int64
        /// How long an alert goes on firing without its series.
        public var keepFiringFor: Int64 = 0
        /// The annotations as they are written.
        public var annotations: [Label] = []
        /// The alerts that are pending or firing.
        public var alerts: [AlertInformation] = []

        /// What only alerting rules have.
        public init(state: String, holdFor: Int64) {
            self.state = state
            self.holdFor = holdFor
        }
    }

    /// How a rule fares; the raw value is Prometheus's word.
    public enum Health: String, Sendable {
        /// The last evaluation went through.
        case ok
        /// It did not.
        case failed = "err"
        /// It has not been evaluated yet.
        case unknown
    }

    /// The metric that is recorded, or the alert's name.
    public var name: String
    /// The expression.
    public var query: String
    /// The labels as they are written.
    public var labels: [Label] = []
    /// How it fares.
    public var health = Health.unknown
    /// What went wrong last; empty when nothing did.
    public var lastError = ""
    /// How long the last evaluation took.
    public var evaluationNanoseconds: UInt64 = 0
    /// When that was, in Unix milliseconds; nil before the first.
    public var lastEvaluation: Int64?
    /// What only alerting rules have; nil of a recording rule.
    public var alerting: Alerting?

    /// A rule that has not been evaluated.
    public init(name: String, query: String) {
        self.name = name
        self.query = query
    }
}

/// An alert. Times are Unix milliseconds.
public struct AlertInformation: Sendable {
    /// Its labels.
    public var labels: Labels
    /// What is said about it.
    public var annotations: [Label]
    /// Whether it fires; else it is pending.
    public var isFiring: Bool
    /// Since when its series is there.
    public var activeAt: Int64
    /// Since when it fires without its series; nil while that is there.
    public var keepFiringSince: Int64?
    /// The value.
    public var value: Double

    /// An alert.
    public init(labels: Labels, annotations: [Label], isFiring: Bool, activeAt: Int64, value: Double) {
        self.labels = labels
        self.annotations = annotations
        self.isFiring = isFiring
        self.activeAt = activeAt
        self.value = value
    }
}
