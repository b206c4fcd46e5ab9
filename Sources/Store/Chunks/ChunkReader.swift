import Glibc
import Synchronization

/// A row of `chunks` as it was read, with its segments inflated when they are asked for.
final class StoredChunk: Sendable {
    struct Segment: Sendable {
        var number: Int
        var offset: Int
        var length: Int
        var size: Int
    }

    private static let mostRowsWithoutText = 1 << 17

    let times: ChunkTimes
    let segments: [Segment]
    let data: [UInt8]
    /// What has been inflated, for who keeps it.
    private let texts = Mutex<[Int: SegmentText]?>(nil)

    /// A chunk from the columns of its row, in the order start_ms, step_ms, count, times, segments, data from `first` on.
    /// Nil when they do not fit together: the file has been damaged. Nil too when all of it lies before `from`; then its data is
    /// not even read from the disk.
    init?(_ row: Statement, first: Int32, from: Int64 = .min) {
        guard let times = ChunkTimes(row, first: first), times.end >= from else { return nil }
        self.times = times
        let numbers = integers(row.bytes(first + 4))
        data = Array(row.bytes(first + 5))
        var segments: [Segment] = []
        // A column of constants says any count in a few bytes, but more rows than these have a byte an element: a count that
        // somebody made up must not make anybody set room aside.
        for at in stride(from: 0, to: numbers.count - 3, by: 4) {
            let segment = Segment(
                number: Int(numbers[at]), offset: Int(numbers[at + 1]), length: Int(numbers[at + 2]),
                size: Int(numbers[at + 3]))
            guard segment.offset >= 0, segment.length >= 0, segment.length <= data.count,
                segment.offset <= data.count - segment.length, (1...1 << 28).contains(segment.size),
                segment.size >= times.count || times.count <= Self.mostRowsWithoutText
            else { return nil }
            segments.append(segment)
        }
        if segments.isEmpty { return nil }
        self.segments = segments
    }

    /// Keeps what is inflated from now on.
    func keepTexts() { texts.withLock { if $0 == nil { $0 = [:] } } }

    /// The bytes it takes in memory when all of it is inflated and kept.
    var bytesInMemory: Int {
        segments.reduce(data.count + 8 * (times.offsets?.count ?? 0)) { $0 + $1.size + SegmentText.overhead }
    }

    /// The text of a segment; nil when there is none, or it is damaged.
    func text(segment number: Int, _ inflater: Inflater) -> SegmentText? {
        if let kept = texts.withLock({ $0?[number] }) { return kept }
        guard let segment = segments.first(where: { $0.number == number }) else { return nil }
        let inflated = data.withUnsafeBytes { data in
            inflater.inflate(
                UnsafeRawBufferPointer(rebasing: data[segment.offset..<segment.offset + segment.length]),
                to: segment.size)
        }
        guard let inflated else { return nil }
        let text = SegmentText(inflated)
        texts.withLock { $0?[number] = text }
        return text
    }

    /// Inflates the segment that holds a slot; false when there is none, or it is damaged.
    func inflate(slot: Int, with inflater: Inflater, into text: inout [UInt8]) -> Bool {
        guard let segment = segments.first(where: { $0.number == slot / columnsPerSegment }) else { return false }
        return data.withUnsafeBytes { data in
            inflater.inflate(
                UnsafeRawBufferPointer(rebasing: data[segment.offset..<segment.offset + segment.length]),
                to: segment.size,
                into: &text)
        }
    }
}

/// An inflated segment.
struct SegmentText: Sendable {
    /// What one takes beside its bytes.
    static let overhead = 256

    private let bytes: [UInt8]
    private let columns: [Range<Int>]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        columns = bytes.withUnsafeBytes(columnRanges)
    }

    /// Calls `body` with the text of a slot's column if there is one.
    func withColumn(_ slot: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        let range = columns[slot % columnsPerSegment]
        if range.isEmpty { return }
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

extension ChunkTimes {
    /// The times of a part lie in the window in which it begins and the one behind it.
    private static let longest = 2 * windowMilliseconds

    /// Times from the columns start_ms, step_ms, count, times of a row, from `first` on; nil when they do not fit together.
    init?(_ row: Statement, first: Int32) {
        let (start, step, count) = (row.integer(first), row.integer(first + 1), row.integer(first + 2))
        guard (0...latestTimestamp).contains(start), (1...Self.longest).contains(count) else { return nil }
        if row.isNull(first + 3) {
            guard count == 1 || (1...Self.longest / (count - 1)).contains(step) else { return nil }
            self.init(start: start, step: step, count: Int(count), offsets: nil)
        } else {
            let offsets = integers(row.bytes(first + 3))
            guard offsets.count == Int(count), let last = offsets.last, last <= Self.longest,
                zip(CollectionOfOne(-1) + offsets, offsets).allSatisfy(<)
            else { return nil }
            self.init(start: start, step: step, count: Int(count), offsets: offsets)
        }
    }
}

/// The text of a column within an inflated segment; nil when the slot has none.
func columnText(_ segment: UnsafeRawBufferPointer, slot: Int) -> UnsafeRawBufferPointer? {
    let range = columnRanges(segment)[slot % columnsPerSegment]
    return range.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: segment[range])
}

/// Where the columns of an inflated segment are; empty for slots that have none.
func columnRanges(_ segment: UnsafeRawBufferPointer) -> [Range<Int>] {
    var ranges: [Range<Int>] = Array(repeating: 0..<0, count: columnsPerSegment)
    guard let base = segment.baseAddress else { return ranges }
    var at = 1
    var column = 0
    while at < segment.count, column < columnsPerSegment {
        let isColumn = segment[at] == 0x5b
        // A column ends at its bracket, and "null" at the comma; no string in it has either.
        guard let end = memchr(base + at, isColumn ? 0x5d : 0x2c, segment.count - at) else { break }
        let place = base.distance(to: UnsafeRawPointer(end))
        if isColumn { ranges[column] = at..<place + 1 }
        at = isColumn ? place + 2 : place + 1
        column += 1
    }
    return ranges
}

/// The whole numbers in a JSON text, whatever stands between them.
private func integers(_ text: UnsafeRawBufferPointer) -> [Int64] {
    var numbers: [Int64] = []
    var at = 0
    while at < text.count {
        guard text[at] &- 0x30 < 10 else {
            at += 1
            continue
        }
        var number: Int64 = 0
        while at < text.count, text[at] &- 0x30 < 10 {
            number = number &* 10 &+ Int64(text[at] &- 0x30)
            at += 1
        }
        numbers.append(number)
    }
    return numbers
}
