import Store

/// Remembers where a series text led, so that names and labels are read once, not in every new layout.
///
/// A text is known by 128 bits of a hash that is keyed anew in every process: the texts themselves need not be kept, and
/// nobody outside can make two of them meet.
struct ColumnCache {
    /// The key of a process.
    struct Key: Sendable {
        let first: UInt64
        let second: UInt64

        /// A key that nobody knows.
        static func random() -> Key {
            Key(first: UInt64.random(in: .min ... .max) | 1, second: UInt64.random(in: .min ... .max) | 1)
        }
    }

    private struct Entry {
        var first: UInt64
        var second: UInt64
        /// Nil: the series is dropped.
        var column: TargetAppender.Column?
        var isUsed: Bool
    }

    private let key: Key
    private var entries: [Entry]
    fileprivate var count = 0

    /// An empty cache with room for some texts.
    init(key: Key, room: Int = 0) {
        self.key = key
        var size = 16
        while size < 2 * room { size *= 2 }
        entries = Array(repeating: Entry(first: 0, second: 0, column: nil, isUsed: false), count: room == 0 ? 0 : size)
    }

    /// Where a text led: `.some(nil)` for a series that is dropped, nil for a text that is not known.
    func find(_ text: UnsafeRawBufferPointer) -> TargetAppender.Column?? {
        if entries.isEmpty { return nil }
        let (first, second) = fingerprint(text)
        let entry = entries[slot(first, second)]
        return entry.isUsed ? .some(entry.column) : nil
    }

    /// Remembers where a text led.
    mutating func set(_ text: UnsafeRawBufferPointer, _ column: TargetAppender.Column?) {
        if 4 * (count + 1) > 3 * entries.count { grow() }
        let (first, second) = fingerprint(text)
        let slot = slot(first, second)
        if !entries[slot].isUsed { count += 1 }
        entries[slot] = Entry(first: first, second: second, column: column, isUsed: true)
    }

    private mutating func grow() {
        var larger = ColumnCache(key: key, room: max(16, 2 * count))
        for entry in entries where entry.isUsed {
            larger.entries[larger.slot(entry.first, entry.second)] = entry
        }
        larger.count = count
        self = larger
    }

    private func slot(_ first: UInt64, _ second: UInt64) -> Int {
        let mask = entries.count - 1
        var slot = Int(truncatingIfNeeded: first) & mask
        while entries[slot].isUsed, entries[slot].first != first || entries[slot].second != second {
            slot = (slot + 1) & mask
        }
        return slot
    }

    /// Two independent lanes over words of eight bytes.
    private func fingerprint(_ text: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
        var first = key.first ^ UInt64(text.count)
        var second = key.second
        func mix(_ word: UInt64) {
            let product = (first ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            first = product.high ^ product.low &+ key.second
            let other = (second &+ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
            second = other.high &+ other.low ^ key.first
        }
        var at = 0
        while at + 8 <= text.count {
            mix(text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        while at < text.count {
            rest = rest << 8 | UInt64(text[at])
            at += 1
        }
        mix(rest)
        mix(0)
        return (first, second)
    }
}

extension ColumnCache {
    /// How many texts the next body is likely to have.
    var roomForNext: Int { count + count / 8 }
}
