import Synchronization

/// Which states of the file a cache is true of: it changes whenever something that was cached may have been taken out of the file.
///
/// Who reads asks for the version before the file's state is certain, and uses the cache if it is the same version afterwards.
struct CacheVersion {
    private var number = 0
    private var changes = 0

    /// The present version; nil while something is being taken out.
    var current: Int? { changes == 0 ? number : nil }

    /// Whether it is still the version that somebody has seen, who may have seen none.
    func isStill(_ seen: Int?) -> Bool { seen != nil && seen == current }

    fileprivate mutating func beginChange() { changes += 1 }

    fileprivate mutating func endChange() {
        changes -= 1
        number += 1
    }
}

/// What a cache holds.
protocol CacheContent {
    var version: CacheVersion { get set }
    mutating func empty()
}

extension Mutex where Value: CacheContent {
    /// Runs what takes out of the file what may be in the cache, commit included; the cache is empty afterwards.
    func changing<Result>(_ body: () throws -> Result) rethrows -> Result {
        withLock { $0.version.beginChange() }
        defer {
            withLock { content in
                content.version.endChange()
                content.empty()
            }
        }
        return try body()
    }
}
