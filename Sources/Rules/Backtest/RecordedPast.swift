import Model
import PromQL
import Synchronization

/// What the rules under test have recorded, for those that ask for it. It is filled while others read it.
final class RecordedPast: SeriesSource {
    private let memory = Mutex(MemorySource())

    /// Adds what a rule has recorded.
    func add(_ samples: [RuleSample]) {
        memory.withLock { memory in
            for sample in samples { memory.add(sample.labels, sample.sample) }
        }
    }

    /// Forgets what nobody looks at any more.
    func forget(before time: Int64) { memory.withLock { $0.forget(before: time) } }

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        try memory.withLock { $0 }.select(matchers, from: from, to: to)
    }
}

/// A source up to a time, for queries that could look beyond it.
struct BoundedSource: SeriesSource {
    let source: any SeriesSource
    let last: Int64

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        if from > last { return try MemorySource().select([], from: from, to: to) }
        return try source.select(matchers, from: from, to: min(to, last))
    }
}
