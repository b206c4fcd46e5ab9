import Store

/// Remembers where a series text led, so that names and labels are read once, not in every new layout.
///
/// A text is known by 96 bits of a hash that is keyed anew in every process: the texts themselves need not be kept, and
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

    private let key: Key
    /// Side by side, so that nothing is lost to padding: there are as many of these as there are series.
    private var first: [UInt64] = []
    private var second: [UInt32] = []
    private var places: [Int64] = []
    /// What keeps the numbers of the series valid: one for each of their blocks.
    private var pins: [Int64: BlockPin] = [:]
    /// How many texts are known.
    private(set) var count = 0

    /// Where a text led, in eight bytes.
    private enum Place {
        static let free = Int64.min
        static let dropped = Int64.min + 1
    }

    /// An empty cache with room for some texts.
    init(key: Key, room: Int = 0) {
        self.key = key
        if room > 0 { makeRoom(for: room) }
    }

    /// Where a text led: `.some(nil)` for a series that is dropped, nil for a text that is not known.
    func find(_ text: UnsafeRawBufferPointer) -> TargetAppender.Column?? {
        if places.isEmpty { return nil }
        let print = fingerprint(text)
        let place = places[slot(print.0, print.1)]
        if place == Place.free { return nil }
        if place == Place.dropped { return .some(nil) }
        return column(packed: place).map { .some($0) }
    }

    /// The column of eight bytes that the cache has given out.
    func column(packed place: Int64) -> TargetAppender.Column? {
        pins[TargetAppender.Column.block(packed: place)].map { TargetAppender.Column(packed: place, pin: $0) }
    }

    /// Remembers where a text led.
    mutating func set(_ text: UnsafeRawBufferPointer, _ column: TargetAppender.Column?) {
        if 8 * (count + 1) > 7 * places.count { resize(for: max(16, count + count / 2)) }
        let print = fingerprint(text)
        let slot = slot(print.0, print.1)
        if places[slot] == Place.free { count += 1 }
        first[slot] = print.0
        second[slot] = print.1
        places[slot] = column?.packed ?? Place.dropped
        if let column, pins[column.block] == nil { pins[column.block] = column.pin }
    }

    /// Forgets where texts led, and keeps the columns that were given out good.
    mutating func forgetTexts() {
        (first, second, places, count) = ([], [], [], 0)
    }

    /// Gives back room for texts that did not come: the cache is kept as long as the target.
    mutating func trim() {
        if places.count > Self.size(for: count + count / 16) { resize(for: count) }
    }

    /// About how much memory it holds.
    var byteCount: Int { first.capacity * 8 + second.capacity * 4 + places.capacity * 8 }

    /// Slots for some texts, an eighth of them free.
    private static func size(for texts: Int) -> Int { max(16, texts + texts / 7 + 2) }

    private mutating func makeRoom(for texts: Int) {
        let size = Self.size(for: texts)
        first = Array(repeating: 0, count: size)
        second = Array(repeating: 0, count: size)
        places = Array(repeating: Place.free, count: size)
    }

    private mutating func resize(for texts: Int) {
        var other = ColumnCache(key: key, room: max(1, texts))
        for slot in places.indices where places[slot] != Place.free {
            let new = other.slot(first[slot], second[slot])
            other.first[new] = first[slot]
            other.second[new] = second[slot]
            other.places[new] = places[slot]
        }
        other.count = count
        other.pins = pins
        self = other
    }

    private func slot(_ print: UInt64, _ check: UInt32) -> Int {
        // Any number of slots serves: a power of two would leave nearly half of them empty where it fits badly.
        var slot = Int(print.multipliedFullWidth(by: UInt64(places.count)).high)
        while places[slot] != Place.free, first[slot] != print || second[slot] != check {
            slot += 1
            if slot == places.count { slot = 0 }
        }
        return slot
    }

    /// Two independent lanes over words of eight bytes.
    private func fingerprint(_ text: UnsafeRawBufferPointer) -> (UInt64, UInt32) {
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
        return (first, UInt32(truncatingIfNeeded: second >> 32))
    }
}
