import Glibc

/// Remembers which series a text led to, so that names and labels are read once.
///
/// Files go from series to series or from time to time: the next text is the last one again, or the one that came behind it
/// before. Only where it is neither it is looked for.
struct SeriesNumbers {
    /// The bytes of texts that are kept; with more, everything is forgotten and read anew.
    private static let most = 64 << 20

    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var numbers: [Int64] = []
    /// Open addressing: an entry + 1, 0 where free. Its size is a power of two.
    private var slots: [UInt32] = Array(repeating: 0, count: 1024)
    private var last = 0

    /// The number that goes with a text.
    mutating func find(_ text: UnsafeRawBufferPointer) -> Int64? {
        for likely in [last, last + 1, 0] where isText(text, of: likely) {
            last = likely
            return numbers[likely]
        }
        let slot = slot(of: text)
        if slots[slot] == 0 { return nil }
        last = Int(slots[slot]) - 1
        return numbers[last]
    }

    /// Remembers the number of a text that is not known.
    mutating func add(_ text: UnsafeRawBufferPointer, _ number: Int64) {
        if bytes.count + text.count > Self.most { self = SeriesNumbers() }
        if 2 * (numbers.count + 1) > slots.count { grow() }
        let slot = slot(of: text)
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        numbers.append(number)
        slots[slot] = UInt32(truncatingIfNeeded: numbers.count)
        last = numbers.count - 1
    }

    private func range(_ entry: Int) -> Range<Int> { (entry == 0 ? 0 : ends[entry - 1])..<ends[entry] }

    private func isText(_ text: UnsafeRawBufferPointer, of entry: Int) -> Bool {
        guard entry < numbers.count else { return false }
        let range = range(entry)
        guard range.count == text.count, let wanted = text.baseAddress else { return false }
        return bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp($0 + range.lowerBound, wanted, range.count) == 0 } ?? false
        }
    }

    /// The slot that leads to the text, or the free one where it belongs.
    private func slot(of text: UnsafeRawBufferPointer) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash(text)) & mask
        while slots[slot] != 0, !isText(text, of: Int(slots[slot]) - 1) { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        let mask = slots.count - 1
        for entry in numbers.indices {
            let range = range(entry)
            var slot = bytes.withUnsafeBytes {
                Int(truncatingIfNeeded: hash(UnsafeRawBufferPointer(rebasing: $0[range]))) & mask
            }
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(truncatingIfNeeded: entry + 1)
        }
    }

    /// Over words of eight bytes.
    private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: text.count)
        func mix(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
            hash = product.high ^ product.low &+ 0xd6e8_feb8_6659_fd93
        }
        var at = 0
        while at + 8 <= text.count {
            mix(text.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            at += 8
        }
        var rest: UInt64 = 0
        for byte in text[at...] { rest = rest << 8 | UInt64(byte) }
        mix(rest)
        return hash
    }
}
