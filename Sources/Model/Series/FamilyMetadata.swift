/// What the TYPE, HELP and UNIT lines of a target say about a family of metrics.
public struct FamilyMetadata: Sendable, Hashable {
    /// The family's name.
    public var family: String
    /// counter, gauge, …
    public var type: String
    /// The help text.
    public var help: String
    /// The unit, empty when none is given.
    public var unit: String

    /// What is said about a family.
    public init(family: String, type: String, help: String, unit: String) {
        self.family = family
        self.type = type
        self.help = help
        self.unit = unit
    }
}
