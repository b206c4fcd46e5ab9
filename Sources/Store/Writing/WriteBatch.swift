import Model

/// What is written in one go: rows of the head, and the series, blocks and targets that they are the first to need.
///
/// A batch is filled by one thread, handed to the store, and not touched by that thread again.
public final class WriteBatch: @unchecked Sendable {
    // Sendable: the collector that fills it is its only user; once it is handed over it does not change any more.

    struct Row {
        var id: Int64
        var start: Int
        var length: Int
    }

    struct LooseSample {
        var series: Int64
        var timestamp: Int64
        var element: Element
    }

    struct Scrape {
        var target: Int64
        var timestamp: Int64
        /// Its rows in `rows`.
        var rows: Range<Int>
        var samples: Int
        /// Other batches may have more of the time: rows, and what is missing in these.
        var isPart = false
    }

    /// The JSON texts of the rows, one behind the other.
    var bytes: [UInt8] = []
    var rows: [Row] = []
    var scrapes: [Scrape] = []
    var loose: [LooseSample] = []
    var definitions: [Definition] = []
    var outcomes: [Int64: ScrapeOutcome] = [:]
    var metadata: [FamilyMetadata] = []
    private(set) var changes: [JudgingChange] = []
    private var changeBytes = 0
    /// Who waits for the batch to be in the file: it is written without delay then.
    var settlement: Settlement?

    /// The number of samples in it.
    public internal(set) var sampleCount = 0

    /// An empty batch.
    public init() {}

    /// Whether there is nothing to write.
    public var isEmpty: Bool {
        rows.isEmpty && loose.isEmpty && definitions.isEmpty && outcomes.isEmpty && metadata.isEmpty
            && changes.isEmpty
    }

    /// Adds what targets say about families of metrics.
    public func add(_ families: some Sequence<FamilyMetadata>) { metadata.append(contentsOf: families) }

    /// Adds what has changed about judging and acting: it is written together with the samples.
    public func add(_ change: JudgingChange) {
        changes.append(change)
        changeBytes += change.byteCount
    }

    /// Notes how a scrape of a target went; the newest one of a target counts.
    public func note(_ outcome: ScrapeOutcome, target: Int64) { outcomes[target] = outcome }

    /// About how much memory it holds.
    public var byteCount: Int {
        bytes.count + rows.count * MemoryLayout<Row>.stride + loose.count * MemoryLayout<LooseSample>.stride
            + definitions.count * 256 + outcomes.count * 128 + metadata.count * 256 + changeBytes
    }

    /// Takes over what later batches rely on of batches whose samples are given up, the oldest first. This one must be empty.
    func takeDefinitions(of batches: some BidirectionalCollection<WriteBatch>) {
        var families: [String: FamilyMetadata] = [:]
        for batch in batches {
            definitions.append(contentsOf: batch.definitions)
            outcomes.merge(batch.outcomes) { $1 }
            for family in batch.metadata { families[family.family] = family }
        }
        metadata = Array(families.values)
        // What was decided and done is never given up, but of a state only the newest counts.
        var known: Set<JudgingChange.StateKey> = []
        var newest: [JudgingChange] = []
        for change in batches.lazy.flatMap(\.changes).reversed() {
            if let key = change.stateKey, !known.insert(key).inserted { continue }
            newest.append(change)
        }
        for change in newest.reversed() { add(change) }
    }
}

/// Something that rows refer to by a number, which must stand in the file before them.
enum Definition {
    case target(id: Int64, TargetDescription)
    /// Who sends samples without being scraped.
    case sender(id: Int64, TargetDescription, at: Int64)
    case targetGone(id: Int64, at: Int64)
    /// Nothing is known of any target any more.
    case allTargetsGone(at: Int64)
    case metric(id: Int64, name: String)
    case series(id: Int64, metric: Int64, hash: Int64, labels: String)
    case block(id: Int64, target: Int64, window: Int64)
    case blockMoved(id: Int64, target: Int64)
}

/// How a scrape of a target went, as its row tells.
public struct ScrapeOutcome: Sendable {
    /// When it was due.
    public var timestamp: Int64
    /// Whether it succeeded.
    public var up: Bool
    /// How long it took.
    public var durationSeconds: Double
    /// The number of samples it brought.
    public var samples: Int
    /// Why it failed, or what was left out; empty otherwise.
    public var error: String

    /// How a scrape went.
    public init(timestamp: Int64, up: Bool, durationSeconds: Double, samples: Int, error: String) {
        self.timestamp = timestamp
        self.up = up
        self.durationSeconds = durationSeconds
        self.samples = samples
        self.error = error
    }
}
