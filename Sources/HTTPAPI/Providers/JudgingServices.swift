import Store

/// What the routes about judging and acting need from the rest of the house.
public struct JudgingServices: Sendable {
    /// Who knows the rules and thresholds, and how they stand.
    public var rules: any RulesProvider
    /// Who keeps silences and maintenance windows.
    public var mutings: any MutingsProvider
    /// Who knows what has been done.
    public var history: any ActionHistoryProvider
    /// Whose turn it is to act.
    public var leadership: @Sendable () -> LeadershipInformation

    /// What the routes about judging and acting need.
    public init(
        rules: any RulesProvider, mutings: any MutingsProvider, history: any ActionHistoryProvider,
        leadership: @escaping @Sendable () -> LeadershipInformation
    ) {
        self.rules = rules
        self.mutings = mutings
        self.history = history
        self.leadership = leadership
    }
}

/// Who knows what has been done.
public protocol ActionHistoryProvider: Sendable {
    /// Entries of the history, the newest first.
    func actions(_ filter: ActionFilter) throws -> [ActionEntry]

    /// An action with its attempts and its event; nil when there is none of this number.
    func action(_ id: Int64) throws -> WholeAction?
}

/// Whose turn it is to act. Times are Unix milliseconds.
public struct LeadershipInformation: Sendable {
    /// Whether it is this instance's.
    public var isLeader: Bool
    /// The number of the turn.
    public var epoch: Int64
    /// Who has it, or had it last; empty when nobody does, or it is not known.
    public var holder: String
    /// Since when that is so.
    public var since: Int64
    /// Why it is not known, or cannot be kept; nil when all is well.
    public var error: String?

    /// Whose turn it is to act.
    public init(isLeader: Bool, epoch: Int64, holder: String, since: Int64, error: String? = nil) {
        self.isLeader = isLeader
        self.epoch = epoch
        self.holder = holder
        self.since = since
        self.error = error
    }
}
