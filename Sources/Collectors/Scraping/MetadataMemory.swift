import Store

/// What has been said about families already, by any target: most targets of a job say the same.
final class MetadataMemory {
    private var known: [String: Int] = [:]

    /// What is new or different among what a target says.
    func news(among families: some Sequence<FamilyMetadata>) -> [FamilyMetadata] {
        families.filter { known.updateValue($0.hashValue, forKey: $0.family) != $0.hashValue }
    }
}
