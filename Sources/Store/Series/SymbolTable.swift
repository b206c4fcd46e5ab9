import Glibc

/// The distinct names and values of labels, each held once as bytes and known by a number.
///
/// Not a `Dictionary<String, …>`: Swift compares strings by canonical equivalence, and labels are bytes.
struct SymbolTable {
    private var bytes: [UInt8] = []
    /// Where each symbol begins; one more entry says where the last one ends.
    private var starts: [UInt32] = [0]
    /// Open addressing: symbol + 1, 0 where free. Its size is a power of two.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)

    /// The number of symbols.
    var count: Int { starts.count - 1 }

    /// The number of a text, which is added when it is new.
    mutating func intern(_ text: UnsafeRawBufferPointer) -> UInt32 {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        let slot = slot(of: text)
        if slots[slot] != 0 { return slots[slot] - 1 }
        bytes.append(contentsOf: text)
        starts.append(UInt32(truncatingIfNeeded: bytes.count))
        slots[slot] = UInt32(count)
        return UInt32(count - 1)
    }

    /// The number of a text that has one.
    func find(_ text: UnsafeRawBufferPointer) -> UInt32? {
        let found = slots[slot(of: text)]
        return found == 0 ? nil : found - 1
    }

    mutating func intern(_ text: String) -> UInt32 {
        var text = text
        return text.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    func find(_ text: String) -> UInt32? {
        var text = text
        return text.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    /// The text of a symbol.
    func text(_ symbol: UInt32) -> String {
        bytes.withUnsafeBytes { String(decoding: $0[range(symbol)], as: UTF8.self) }
    }

    /// Calls `body` with the bytes of a symbol.
    func withBytes<Result>(_ symbol: UInt32, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range(symbol)])) }
    }

    private func range(_ symbol: UInt32) -> Range<Int> {
        Int(starts[Int(symbol)])..<Int(starts[Int(symbol) + 1])
    }

    /// The slot that holds the text, or the free one where it belongs.
    private func slot(of text: UnsafeRawBufferPointer) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: stableHash(text)) & mask
        while slots[slot] != 0 {
            let range = range(slots[slot] - 1)
            if bytes.withUnsafeBytes({ sameBytes(UnsafeRawBufferPointer(rebasing: $0[range]), text) }) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        for symbol in 0..<UInt32(count) {
            let slot = withBytes(symbol) { self.slot(of: $0) }
            slots[slot] = symbol + 1
        }
    }
}

private func sameBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count) == 0
}
