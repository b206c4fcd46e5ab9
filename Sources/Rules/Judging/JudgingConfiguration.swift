import Actions
import Model
import PromQL

/// What is judged, and what can be done: everything that a reload may change.
public struct JudgingConfiguration: Sendable {
    /// The thresholds.
    public var thresholds: [ThresholdsSection.Configured] = []
    /// The rule files.
    public var ruleFiles: [RuleFile] = []
    /// What holds for all groups of rule files.
    public var groups = GroupSettings()
    /// The actions by their names.
    public var actions: [String: ConfiguredAction] = [:]
    /// Which alerts are told to which actions.
    public var routes: [NotificationRoute] = []
    /// What is not told of.
    public var silences: [Silence] = []
    /// When what is not told of, again and again.
    public var windows: [MaintenanceWindow] = []
    /// Whose turn it is to act; what a reload changes of it takes effect at the next start.
    public var leadership = LeadershipSection()
    /// How queries over the store are evaluated.
    public var queries = QueryEngine.Options()
    /// How many samples a query of a rule may hold at a time.
    public var sampleLimit = 50_000_000

    /// Nothing is judged.
    public init() {}
}
