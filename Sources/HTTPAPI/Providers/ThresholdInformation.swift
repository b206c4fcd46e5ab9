import Model

/// A series of a threshold, and how it stands. Times are Unix milliseconds.
public struct ThresholdInformation: Sendable {
    /// An action of a level, and where it stands.
    public struct Action: Sendable {
        /// The level's name.
        public var level: String
        /// The action's name.
        public var action: String
        /// `due`, `silenced`, `waiting`, `outstanding` or `done`.
        public var standing: String
        /// Until when it waits, or the pause behind it lasts; nil where neither has an end.
        public var until: Int64?
        /// The number in the history of the action that is outstanding.
        public var id: Int64?

        /// An action of a level.
        public init(level: String, action: String, standing: String, until: Int64? = nil, id: Int64? = nil) {
            self.level = level
            self.action = action
            self.standing = standing
            self.until = until
            self.id = id
        }
    }

    /// The threshold's name.
    public var name: String
    /// What is asked for.
    public var query: String
    /// The labels of the series.
    public var labels: Labels
    /// `ok`, `pending`, the active level's name, or `no_data`.
    public var state: String
    /// When that began.
    public var since: Int64
    /// The last value there was.
    public var value: Double?
    /// Since when there has been no value; nil when there is one.
    public var missingSince: Int64?
    /// Since when the value has been on the far side of the next level.
    public var pendingSince: Int64?
    /// When the threshold was evaluated last.
    public var evaluated: Int64?
    /// Why the source did not answer; empty when it did.
    public var error = ""
    /// The actions, and where they stand.
    public var actions: [Action] = []

    /// A series of a threshold.
    public init(name: String, query: String, labels: Labels, state: String, since: Int64) {
        self.name = name
        self.query = query
        self.labels = labels
        self.state = state
        self.since = since
    }
}
