import Synchronization

/// Chunks that were read lately, with what was inflated of them: a dashboard asks for the same ones every few seconds.
///
/// A chunk never changes, but merging and retention take chunks out, and then another may get the number of one. So the cache
/// has a version, and serves those who read a state of the file in which no chunk has been taken out since.
final class ChunkCache: Sendable {
    fileprivate struct State: CacheContent {
        var version = CacheVersion()
        var chunks: [Int64: StoredChunk] = [:]
        var bytes = 0
        /// The chunks that were asked for since the last look, and since the one before.
        var used: Set<Int64> = []
        var usedBefore: Set<Int64> = []

        mutating func empty() {
            chunks = [:]
            bytes = 0
            used = []
            usedBefore = []
        }
    }

    private let most: Int
    private let state = Mutex(State())

    /// A cache of so many bytes.
    init(most: Int = 16 << 20) { self.most = most }

    /// What is in the cache for somebody who begins to read the file now, to be asked for before.
    func view() -> View { View(self, version: state.withLock { $0.version.current }) }

    /// Runs what takes chunks out of the file, commit included.
    func changing<Result>(_ body: () throws -> Result) rethrows -> Result {
        try state.changing(body)
    }

    /// To be called once a minute: what nobody asked for in the last two makes room. What is new gets in only where there is room,
    /// so that one who reads very much does not drive out what others ask for again and again.
    func forgetUnused() {
        state.withLock { state in
            let kept = state.chunks.filter { state.used.contains($0.key) || state.usedBefore.contains($0.key) }
            state.chunks = kept
            state.bytes = kept.values.reduce(0) { $0 + $1.bytesInMemory }
            state.usedBefore = state.used
            state.used = []
        }
    }

    /// The cache for one state of the file.
    struct View {
        private let cache: ChunkCache
        private let version: Int?

        fileprivate init(_ cache: ChunkCache, version: Int?) {
            self.cache = cache
            self.version = version
        }

        /// Whether no chunk has been taken out since; to be asked when the state of the file is certain.
        var isCurrent: Bool { cache.state.withLock { $0.version.isStill(version) } }

        /// A chunk that is there.
        subscript(_ id: Int64) -> StoredChunk? {
            cache.state.withLock { state in
                guard state.version.isStill(version), let chunk = state.chunks[id] else { return nil }
                state.used.insert(id)
                return chunk
            }
        }

        /// Adds a chunk if there is room for it.
        func add(_ id: Int64, _ chunk: StoredChunk) {
            let isAdded = cache.state.withLock { state in
                guard state.version.isStill(version), state.chunks[id] == nil,
                    state.bytes + chunk.bytesInMemory <= cache.most
                else { return false }
                state.chunks[id] = chunk
                state.bytes += chunk.bytesInMemory
                state.used.insert(id)
                return true
            }
            if isAdded { chunk.keepTexts() }
        }
    }
}
