import Model

/// Who knows what is said about families of metrics in their TYPE, HELP and UNIT lines.
public protocol MetadataProvider: Sendable {
    /// What is known, or only what is known of one family, in the order of the families' names.
    func metadata(of family: String?) throws -> [MetricMetadata]

    /// The same for each target that is scraped now: those of the families that it has.
    func metadataByTarget(of family: String?) throws -> [(target: Labels, metadata: [MetricMetadata])]
}

/// What is said about a family of metrics.
public struct MetricMetadata: Sendable, Hashable {
    /// The family's name.
    public var family: String
    /// counter, gauge, histogram, …
    public var type: String
    /// What it means.
    public var help: String
    /// What it is measured in; empty when that is not said.
    public var unit: String

    /// What is said about a family of metrics.
    public init(family: String, type: String, help: String, unit: String) {
        self.family = family
        self.type = type
        self.help = help
        self.unit = unit
    }
}
