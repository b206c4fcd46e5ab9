import Model

/// A sample that waits for its chunk: 16 bytes.
struct GatheredSample {
    var mantissa: Int64
    /// Milliseconds since its window began.
    var offset: UInt32
    var tag: Element.Tag
    var slot: UInt8

    var element: Element { Element(mantissa: mantissa, tag: tag) }
}

/// Gathers samples by block and window within a fixed amount of memory, whatever order they come in.
///
/// The memory is divided into pages; a bundle is a list of them. So a bundle of a few samples wastes less than a page, and
/// none grows by doubling.
struct SamplePool {
    /// The samples of a page: as many as a block has series, for files that go from time to time and come to a window once.
    private static let pageSize = 128

    /// A block in a window, with its samples in the order in which they came.
    struct Bundle {
        let place: ChunkPlace
        fileprivate var pages: [UInt32]
        fileprivate(set) var count: Int
    }

    private let pageCount: Int
    private var samples: [GatheredSample] = []
    private var usedPages = 0
    private(set) var bundles: [Bundle] = []
    private var places: [ChunkPlace: Int] = [:]
    /// Neighbours are of one bundle nearly always.
    private var last = -1
    /// How many samples wait.
    private(set) var count = 0

    /// A pool that takes so many samples at the most; fewer when they are spread over many blocks and windows.
    init(capacity: Int) {
        pageCount = max(2, capacity / Self.pageSize)
        // Address space only: the system gives the memory as it is written to.
        samples.reserveCapacity(pageCount * Self.pageSize)
    }

    /// Whether there may be no room for another sample.
    var isFull: Bool { usedPages >= pageCount }

    /// Adds a sample; there must be room.
    mutating func add(_ element: Element, slot: Int, at timestamp: Int64, block: BlockID) {
        let window = window(of: timestamp)
        let place = ChunkPlace(window: window, block: block)
        if last < 0 || bundles[last].place != place { last = bundle(at: place) }
        let inPage = bundles[last].count % Self.pageSize
        if inPage == 0 { bundles[last].pages.append(newPage()) }
        let page = Int(bundles[last].pages[bundles[last].pages.count - 1])
        samples[page * Self.pageSize + inPage] = GatheredSample(
            mantissa: element.mantissa, offset: UInt32(truncatingIfNeeded: timestamp - window * windowMilliseconds),
            tag: element.tag, slot: UInt8(truncatingIfNeeded: slot))
        bundles[last].count += 1
        count += 1
    }

    /// Puts the samples of a bundle, in the order in which they came, into `out`, which keeps its memory.
    func copy(_ bundle: Bundle, into out: inout [GatheredSample]) {
        out.removeAll(keepingCapacity: true)
        for page in bundle.pages {
            let start = Int(page) * Self.pageSize
            out.append(contentsOf: samples[start..<start + min(Self.pageSize, bundle.count - out.count)])
        }
    }

    /// Forgets all samples, and keeps the memory.
    mutating func removeAll() {
        usedPages = 0
        count = 0
        last = -1
        bundles.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }

    private mutating func bundle(at place: ChunkPlace) -> Int {
        if let known = places[place] { return known }
        bundles.append(Bundle(place: place, pages: [], count: 0))
        places[place] = bundles.count - 1
        return bundles.count - 1
    }

    private mutating func newPage() -> UInt32 {
        if (usedPages + 1) * Self.pageSize > samples.count {
            let empty = GatheredSample(mantissa: 0, offset: 0, tag: Element.absent, slot: 0)
            samples.append(contentsOf: repeatElement(empty, count: Self.pageSize))
        }
        usedPages += 1
        return UInt32(truncatingIfNeeded: usedPages - 1)
    }
}
