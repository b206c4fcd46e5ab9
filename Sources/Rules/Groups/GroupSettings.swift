import Model
import PromQL

/// What holds for every group that does not say otherwise, and what rules are told of their surroundings.
public struct GroupSettings: Sendable {
    /// How often groups are evaluated, in milliseconds.
    public var interval: Int64 = 60_000
    /// How far their queries look into the past, in milliseconds.
    public var queryOffset: Int64 = 0
    /// Labels that tell this instance apart, for templates.
    public var externalLabels = Labels.none
    /// Where this instance is reached from outside, for templates.
    public var externalURL = ""
    /// How queries are evaluated.
    public var engine = QueryEngine.Options()

    /// The usual settings.
    public init() {}
}
