import Model

/// What rules and thresholds would have done over the stored past. Times are Unix milliseconds.
public struct BacktestReport: Sendable {
    /// The first time that was looked at.
    public var from: Int64
    /// The last one.
    public var to: Int64
    /// The thresholds and the rules, in the order in which they stand.
    public var rules: [Rule]
    /// The actions in the order of time. All are taken to succeed at once.
    public var actions: [Act]

    /// The state of a series of a threshold that is not judged any more: it has been given up, or was only there because there was none.
    static let gone = "gone"

    /// How many evaluations there would have been.
    public var evaluations: Int { rules.reduce(0) { $0 + $1.evaluations } }

    /// Everything that could not be evaluated or filled in.
    public var problems: [Problem] { rules.flatMap(\.problems) }

    /// A threshold or a rule.
    public struct Rule: Sendable {
        /// What it is.
        public enum Kind: String, Sendable {
            case threshold
            case alert
            case record
        }

        /// What it is.
        public var kind: Kind
        /// Its name: of a recording rule the metric.
        public var name: String
        /// The group of the rule file; empty for thresholds.
        public var group: String
        /// The labels that are given in the rule, templates as they are written.
        public var labels: Labels
        /// How often it is judged, in milliseconds.
        public var interval: Int64
        /// The states in which it has something to say, the least serious first: `firing`, `active`, or `soft` and `hard`.
        public var levels: [String] = []
        /// How often it was judged.
        public var evaluations = 0
        /// How often that failed.
        public var failures = 0
        /// Its series, in the order of their labels; none for recording rules.
        public var series: [Timeline] = []
        /// How many samples a recording rule would have stored.
        public var recordedSamples = 0
        /// How many series it would have had at most at one time.
        public var mostSeries = 0
        /// What went wrong.
        public var problems: [Problem] = []

        /// A rule of which nothing has come yet.
        init(kind: Kind, name: String, group: String, labels: Labels, interval: Int64) {
            self.kind = kind
            self.name = name
            self.group = group
            self.labels = labels
            self.interval = interval
        }
    }

    /// A moment at which a series of a rule changed its state.
    public struct Change: Sendable, Hashable {
        /// When.
        public var time: Int64
        /// The state that began.
        public var state: String
        /// The value at that time; nil where there was none.
        public var value: Double?
    }

    /// A series of a rule, with its states in the order of time. A state lasts until the next one, or the end.
    public struct Timeline: Sendable {
        /// The labels.
        public var labels: Labels
        /// Its states.
        public var changes: [Change] = []
    }

    /// An action that would have been decided on.
    public struct Act: Sendable, Hashable {
        /// When.
        public var time: Int64
        /// The action's name.
        public var action: String
        /// The threshold or route that caused it.
        public var rule: String
        /// Why: on entering, repeating, resolving, or to tell a group.
        public var cause: String
        /// Why a group is told, where it is one.
        public var reason: String?
        /// The state.
        public var state: String
        /// The labels that it is about: of the threshold's series, or of the group.
        public var labels: Labels
        /// The value that decided; nil where there are several, or none.
        public var value: Double?
        /// What it tells of.
        public var alerts: [Told]
        /// What would have silenced it; nil when nothing would.
        public var silencedBy: String?
    }

    /// An alert that an action tells of.
    public struct Told: Sendable, Hashable {
        /// The alert's labels; of a threshold those of its series.
        public var labels: Labels
        /// Whether it fires; else it is over.
        public var isFiring: Bool
        /// The value; nil where there is none.
        public var value: Double?
    }

    /// Something that could not be evaluated or filled in.
    public struct Problem: Sendable, Hashable {
        /// The rule's name.
        public var rule: String
        /// What went wrong.
        public var reason: String
        /// When for the first time.
        public var first: Int64
        /// How often.
        public var count: Int
    }
}
