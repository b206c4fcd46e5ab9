/// Which states of the file a cache is true of: it changes whenever something that was cached may have been taken out of the file.
///
/// Who reads asks for the version before the file's state is certain, and uses the cache if it is the same version afterwards.
struct CacheVersion {
    private var number = 0
    private var changes = 0

    /// The present version; nil while something is being taken out.
    var current: Int? { changes == 0 ? number : nil }

    mutating func beginChange() { changes += 1 }

    mutating func endChange() {
        changes -= 1
        number += 1
    }
}
