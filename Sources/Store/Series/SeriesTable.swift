import Model
import Patterns

/// The series in memory: the ones that are being written, and were lately. Labels are held as symbols; postings lead from a
/// label's value to its series, as in an inverted index. The file knows all series (`SeriesArchive`).
struct SeriesTable {
    /// The place of a series in this table.
    typealias Entry = UInt32

    var symbols = SymbolTable()
    private(set) var ids = SegmentedArray<Int64>()
    /// Where the label pairs of each entry begin in `pairs`; one more says where the last ones end.
    private var starts = SegmentedArray<UInt32>()
    /// Name and value symbols by turns, in the order of the labels.
    private var pairs = SegmentedArray<UInt32>()
    private var byHash = HashIndex()
    /// The entries that have a label with this value, ascending. The key is name << 32 | value.
    private var postings: [UInt64: Entries] = [:]
    /// The values that each name has.
    private var valuesByName: [UInt32: [UInt32]] = [:]

    init() { starts.append(0) }

    var count: Int { ids.count }

    /// The entry of a series with just these labels.
    func find(_ labels: Labels) -> Entry? {
        byHash.find(Self.hash(labels)) { isEntry($0, labels) }
    }

    /// Adds a series that is not there yet.
    mutating func add(_ labels: Labels, id: Int64) -> Entry {
        let entry = Entry(truncatingIfNeeded: ids.count)
        for pair in labels.pairs { addPair(symbols.intern(pair.name), symbols.intern(pair.value), to: entry) }
        finish(entry, id, hash: Self.hash(labels))
        return entry
    }

    private mutating func finish(_ entry: Entry, _ id: Int64, hash: UInt64) {
        ids.append(id)
        starts.append(UInt32(truncatingIfNeeded: pairs.count))
        // Not through a copy of the whole table: that would hold the index too, which each addition then had to copy.
        let (symbols, starts, pairs) = (symbols, starts, pairs)
        byHash.add(hash, entry) { Self.hash(of: $0, symbols, starts, pairs) }
    }

    /// The hash of an entry's labels, from its symbols.
    private static func hash(
        of entry: Entry, _ symbols: SymbolTable, _ starts: SegmentedArray<UInt32>, _ pairs: SegmentedArray<UInt32>
    ) -> UInt64 {
        var hash = hashSeed
        for at in stride(from: Int(starts[Int(entry)]), to: Int(starts[Int(entry) + 1]), by: 2) {
            hash = symbols.withBytes(pairs[at]) { name in
                symbols.withBytes(pairs[at + 1]) { value in Self.hash(name, value, seed: hash) }
            }
        }
        return hash
    }

    private func hash(of entry: Entry) -> UInt64 { Self.hash(of: entry, symbols, starts, pairs) }

    private mutating func addPair(_ name: UInt32, _ value: UInt32, to entry: Entry) {
        pairs.append(name)
        pairs.append(value)
        let key = UInt64(name) << 32 | UInt64(value)
        if postings[key] == nil {
            valuesByName[name, default: []].append(value)
            postings[key] = .one(entry)
        } else {
            postings[key]?.append(entry)
        }
    }

    /// A table of some of these series, with the symbols that they need.
    func keeping(_ isKept: (Int64) -> Bool) -> SeriesTable {
        var table = SeriesTable()
        for (entry, id) in ids.enumerated() where isKept(id) {
            let range = Int(starts[entry])..<Int(starts[entry + 1])
            let added = Entry(truncatingIfNeeded: table.ids.count)
            for at in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
                let name = symbols.withBytes(pairs[at]) { table.symbols.intern($0) }
                let value = symbols.withBytes(pairs[at + 1]) { table.symbols.intern($0) }
                table.addPair(name, value, to: added)
            }
            table.finish(added, id, hash: hash(of: Entry(truncatingIfNeeded: entry)))
        }
        return table
    }

    /// The labels of an entry.
    func labels(_ entry: Entry) -> Labels {
        let range = Int(starts[Int(entry)])..<Int(starts[Int(entry) + 1])
        return Labels(
            sorted: stride(from: range.lowerBound, to: range.upperBound, by: 2).map {
                Label(symbols.text(pairs[$0]), symbols.text(pairs[$0 + 1]))
            })
    }

    /// The names of all labels.
    func labelNames() -> [String] { valuesByName.keys.map { symbols.text($0) } }

    /// The values that a label has.
    func values(of name: String) -> [String] {
        symbols.find(name).flatMap { valuesByName[$0] }?.map { symbols.text($0) } ?? []
    }

    /// Adds the symbols of the names of an entry's labels.
    func noteNames(of entry: Entry, in symbols: inout Set<UInt32>) {
        for at in stride(from: Int(starts[Int(entry)]), to: Int(starts[Int(entry) + 1]), by: 2) {
            symbols.insert(pairs[at])
        }
    }

    /// Adds the symbol of the value that an entry has of a label.
    func noteValue(of name: UInt32, of entry: Entry, in symbols: inout Set<UInt32>) {
        if let value = value(of: name, in: entry) { symbols.insert(value) }
    }

    /// The number of series that have this value of a label.
    func seriesCount(of name: String, _ value: String) -> Int {
        guard let name = symbols.find(name), let value = symbols.find(value) else { return 0 }
        return postings[UInt64(name) << 32 | UInt64(value)]?.count ?? 0
    }

    /// The hash of a set of labels.
    static func hash(_ labels: Labels) -> UInt64 {
        var hash = hashSeed
        for pair in labels.pairs { hash = Self.hash(pair.name.utf8, pair.value.utf8, seed: hash) }
        return hash
    }

    /// The hash as the file holds it: 23 bits take three bytes there, twice a series, and the metric is known besides.
    static func storedHash(_ labels: Labels) -> Int64 { Int64(hash(labels) & 0x7f_ffff) }

    /// As files of before hold it.
    static func formerStoredHash(_ labels: Labels) -> Int64 { Int64(bitPattern: hash(labels)) }

    private static let hashSeed: UInt64 = 0xcbf2_9ce4_8422_2325

    private static func hash(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>, seed: UInt64) -> UInt64 {
        var hash = stableHash(name, seed: seed)
        hash = stableHash(CollectionOfOne(0xff), seed: hash)
        hash = stableHash(value, seed: hash)
        return stableHash(CollectionOfOne(0xfe), seed: hash)
    }

    private func isEntry(_ entry: Entry, _ labels: Labels) -> Bool {
        let start = Int(starts[Int(entry)])
        guard Int(starts[Int(entry) + 1]) - start == 2 * labels.pairs.count else { return false }
        for (index, pair) in labels.pairs.enumerated() {
            guard symbols.find(pair.name) == pairs[start + 2 * index],
                symbols.find(pair.value) == pairs[start + 2 * index + 1]
            else { return false }
        }
        return true
    }
}

/// Entries in ascending order. Most values of labels with many values have one: an array each would take more than the entries.
private enum Entries {
    case one(SeriesTable.Entry)
    case several([SeriesTable.Entry])

    var count: Int { if case .several(let entries) = self { entries.count } else { 1 } }

    var list: [SeriesTable.Entry] {
        switch self {
        case .one(let entry): [entry]
        case .several(let entries): entries
        }
    }

    mutating func append(_ entry: SeriesTable.Entry) {
        switch self {
        case .one(let first): self = .several([first, entry])
        case .several(var entries):
            // Not a copy: nothing else holds the array while it grows.
            self = .one(entry)
            entries.append(entry)
            self = .several(entries)
        }
    }

    func add(to list: inout [SeriesTable.Entry]) {
        switch self {
        case .one(let entry): list.append(entry)
        case .several(let entries): list.append(contentsOf: entries)
        }
    }
}

// Selecting by matchers.
extension SeriesTable {
    /// The entries that satisfy every matcher, ascending.
    func select(_ matchers: [CompiledMatcher]) -> [Entry] {
        var lists: [[Entry]] = []
        var rest: [CompiledMatcher] = []
        for matcher in matchers {
            if let list = entries(required: matcher) { lists.append(list) } else { rest.append(matcher) }
        }
        var candidates: [Entry]
        lists.sort { $0.count < $1.count }
        if let shortest = lists.first {
            candidates = lists.dropFirst().reduce(shortest, intersection)
        } else {
            candidates = Array(0..<Entry(truncatingIfNeeded: count))
        }
        for matcher in rest where !candidates.isEmpty { filter(&candidates, matcher) }
        return candidates
    }

    /// The entries that a matcher requires to have a label; nil when series without the label satisfy it too.
    private func entries(required matcher: CompiledMatcher) -> [Entry]? {
        if matcher.acceptsMissing { return nil }
        guard let name = symbols.find(matcher.matcher.name) else { return [] }
        if matcher.matcher.operation == .equal {
            guard let value = symbols.find(matcher.matcher.value) else { return [] }
            return postings[UInt64(name) << 32 | UInt64(value)]?.list ?? []
        }
        // Each value is looked at once, however many series have it.
        var found: [Entry] = []
        var lists = 0
        for value in valuesByName[name] ?? [] where matcher.accepts(symbols.text(value)) {
            postings[UInt64(name) << 32 | UInt64(value)]?.add(to: &found)
            lists += 1
        }
        if lists > 1 { found.sort() }
        return found
    }

    /// Keeps the entries that satisfy a matcher which series without the label may satisfy.
    private func filter(_ candidates: inout [Entry], _ matcher: CompiledMatcher) {
        guard let name = symbols.find(matcher.matcher.name) else { return }
        var verdicts: [UInt32: Bool] = [:]
        candidates.removeAll { entry in
            guard let value = value(of: name, in: entry) else { return false }
            if let known = verdicts[value] { return !known }
            let verdict = matcher.accepts(symbols.text(value))
            verdicts[value] = verdict
            return !verdict
        }
    }

    private func value(of name: UInt32, in entry: Entry) -> UInt32? {
        for at in stride(from: Int(starts[Int(entry)]), to: Int(starts[Int(entry) + 1]), by: 2) where pairs[at] == name
        {
            return pairs[at + 1]
        }
        return nil
    }
}

/// What two ascending lists have in common.
private func intersection(_ short: [UInt32], _ long: [UInt32]) -> [UInt32] {
    var common: [UInt32] = []
    var low = 0
    for entry in short {
        // Galloping: the lists may differ in length a thousandfold.
        var step = 1
        while low + step < long.count, long[low + step] < entry { step *= 2 }
        var high = min(low + step, long.count)
        low += step / 2
        low = min(low, long.count)
        while low < high {
            let middle = (low + high) / 2
            if long[middle] < entry { low = middle + 1 } else { high = middle }
        }
        if low < long.count, long[low] == entry { common.append(entry) }
    }
    return common
}
