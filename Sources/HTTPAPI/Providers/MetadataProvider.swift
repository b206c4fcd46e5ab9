import Model

/// Who knows what is said about families of metrics in their TYPE, HELP and UNIT lines.
public protocol MetadataProvider: Sendable {
    /// What is known, or only what is known of one family, in the order of the families' names.
    func metadata(of family: String?) throws -> [FamilyMetadata]

    /// The same for each target that is scraped now: those of the families that it has.
    func metadataByTarget(of family: String?) throws -> [(target: Labels, metadata: [FamilyMetadata])]
}
