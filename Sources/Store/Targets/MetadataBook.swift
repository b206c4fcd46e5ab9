import Model
import Synchronization

/// What has been said about families already, by any target: most targets of a job say the same.
public final class MetadataBook: Sendable {
    private let known = Mutex<[String: Int]>([:])

    init() {}

    /// What is new or different among what a target says; the batch that it goes into must be written.
    public func news(among families: some Sequence<FamilyMetadata>) -> [FamilyMetadata] {
        known.withLock { known in
            families.filter { known.updateValue($0.hashValue, forKey: $0.family) != $0.hashValue }
        }
    }

    /// Forgets families that the file is about to lose: what is said about them is news again.
    func forget(_ families: [String]) {
        known.withLock { known in for family in families { known[family] = nil } }
    }
}
