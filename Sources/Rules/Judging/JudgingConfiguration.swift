import Actions
import Model
import PromQL

/// What is judged, and what can be done: everything that a reload may change.
public struct JudgingConfiguration: Sendable {
    /// The thresholds.
    public var thresholds: [ThresholdsSection.Configured] = []
    /// The actions by their names.
    public var actions: [String: ConfiguredAction] = [:]
    /// How queries over the store are evaluated.
    public var queries = QueryEngine.Options()
    /// How many samples a query of a rule may hold at a time.
    public var sampleLimit = 50_000_000

    /// Nothing is judged.
    public init() {}
}
