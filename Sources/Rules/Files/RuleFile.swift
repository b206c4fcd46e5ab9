import Configuration
import Model
import PromQL

/// A rule file of Prometheus's, read whole.
public struct RuleFile: Sendable {
    /// The path it was read from.
    public var path: String
    /// The groups, each with a name of its own.
    public var groups: [RuleGroup]

    /// How many rules its groups have together.
    public var ruleCount: Int { groups.reduce(0) { $0 + $1.rules.count } }
}

/// Rules that are evaluated one after the other, at the same times.
public struct RuleGroup: Sendable {
    /// The group's name.
    public var name: String
    /// The file it stands in.
    public var file: String
    /// How often it is evaluated, in milliseconds; nil where the configuration says.
    public var interval: Int64?
    /// How far its queries look into the past, in milliseconds; nil where the configuration says.
    public var queryOffset: Int64?
    /// How many series or alerts a rule may have; 0 for any number.
    public var limit: Int64
    /// The rules in their order.
    public var rules: [Rule]
    /// Where it stands.
    public var place: Place

    /// A group as it could stand in a file.
    public init(
        name: String, file: String = "", interval: Int64? = nil, queryOffset: Int64? = nil, limit: Int64 = 0,
        rules: [Rule], place: Place = Place(line: 1, column: 1)
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.queryOffset = queryOffset
        self.limit = limit
        self.rules = rules
        self.place = place
    }
}
