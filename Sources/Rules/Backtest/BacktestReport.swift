import Model

/// What rules and thresholds would have done over the stored past. Times are Unix milliseconds.
public struct BacktestReport: Sendable {
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
        /// `threshold` or `alert`.
        public var kind: String
        /// The rule's name.
        public var rule: String
        /// The labels.
        public var labels: Labels
        /// Its states.
        public var changes: [Change] = []

        /// How many milliseconds each state lasted, in the order in which they first came.
        public func durations(until end: Int64) -> [(state: String, milliseconds: Int64)] {
            var durations: [(state: String, milliseconds: Int64)] = []
            for (index, change) in changes.enumerated() {
                let next = index + 1 < changes.count ? changes[index + 1].time : end
                let length = max(0, next - change.time)
                if let place = durations.firstIndex(where: { $0.state == change.state }) {
                    durations[place].milliseconds += length
                } else {
                    durations.append((change.state, length))
                }
            }
            return durations
        }
    }

    /// An action that would have been decided on.
    public struct Act: Sendable, Hashable {
        /// When.
        public var time: Int64
        /// The action's name.
        public var action: String
        /// The rule or route that caused it.
        public var rule: String
        /// Why: on entering, repeating, resolving, or to tell a group.
        public var cause: String
        /// The state.
        public var state: String
        /// The labels that it is about.
        public var labels: Labels
        /// The value that decided.
        public var value: Double?
        /// How many alerts it tells of.
        public var alerts: Int
        /// What would have silenced it; nil when nothing would.
        public var silencedBy: String?
    }

    /// The first time that was looked at.
    public var from: Int64
    /// The last one.
    public var to: Int64
    /// The rules' series, in the order of the rules and of their labels.
    public var timelines: [Timeline] = []
    /// The actions in the order of time. All are taken to succeed at once.
    public var actions: [Act] = []
    /// How many evaluations were made up.
    public var evaluations = 0
    /// What could not be evaluated, each reason once, with its rule.
    public var problems: [String] = []
}
