import Model

/// Which sets of labels a document has had. Of each only a hash is kept: labels themselves take many times the room of the
/// text that they were read from. That two of ten million have the same hash by chance happens once in some hundred thousand
/// documents, and nobody can make it happen, for every run hashes differently.
struct SeenLabels {
    private var hashes: Set<Int> = []

    /// Remembers labels; false when they were there already.
    mutating func insert(_ labels: Labels) -> Bool { hashes.insert(labels.hashValue).inserted }

    func contains(_ labels: Labels) -> Bool { hashes.contains(labels.hashValue) }
}
