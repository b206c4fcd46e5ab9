/// A condition on a value that must hold for a while, and what is done then. All times are milliseconds.
public struct ThresholdRule: Sendable, Hashable {
    /// One step of seriousness.
    public struct Level: Sendable, Hashable {
        /// `active` where there is one level; else `soft` and `hard`.
        public var name: String
        /// What the value is held against.
        public var comparison: Comparison
        /// How long the value has to be on the far side.
        public var holdFor: Int64
        /// The pause between two times that an action is run; nil: it runs once, until the level is entered anew.
        public var backoff: Int64?
        /// What is run when the level is entered.
        public var onEnter: [String]
        /// What is run again after each pause, as long as the value is on the far side.
        public var onRepeat: [String]
        /// What is run when the level is left.
        public var onResolve: [String]

        /// A level at which nothing is done yet.
        public init(_ name: String, _ comparison: Comparison, holdFor: Int64 = 0, backoff: Int64? = nil) {
            self.name = name
            self.comparison = comparison
            self.holdFor = holdFor
            self.backoff = backoff
            onEnter = []
            onRepeat = []
            onResolve = []
        }

        /// The actions that are run while the level is active, each once, in order.
        var actions: [String] { onEnter + onRepeat.filter { !onEnter.contains($0) } }
    }

    /// What is taken for the value where the source has none.
    public enum MissingPolicy: String, Sendable, CaseIterable {
        /// The last value there was, for a time; then nothing changes.
        case lastValue = "last_value"
        /// Zero.
        case zero
        /// Any value on the far side.
        case breached
        /// Any value on the near side.
        case ok
        /// Nothing changes: what was pending stays pending, what was active stays active.
        case hold
    }

    /// The levels, the least serious first; each can be entered only while the one before is active.
    public var levels: [Level]
    /// What a missing value means.
    public var missing: MissingPolicy
    /// How long the last value counts.
    public var missingFor: Int64
    /// Whether a source that does not answer changes nothing, whatever a missing value means: only the source itself can say that
    /// there is none.
    public var holdsWhenUnanswered = false
    /// Whether of several active levels only the highest one runs its actions again.
    public var repeatsHighestOnly = false

    /// A rule of these levels.
    public init(_ levels: [Level], missing: MissingPolicy = .lastValue, missingFor: Int64 = 300_000) {
        self.levels = levels
        self.missing = missing
        self.missingFor = missingFor
    }
}
