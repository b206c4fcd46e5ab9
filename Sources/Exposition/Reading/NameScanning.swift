// Names and blanks, by their bytes.

/// Whether a byte is a space or a tab.
@inline(__always)
func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// The end of the metric name that begins here; the same place when none does.
@inline(__always)
func metricNameEnd(_ base: UnsafeRawPointer, from: Int) -> Int {
    nameEnd(base, from: from, lastDigit: UInt8(ascii: ":"))
}

/// The end of the label name that begins here; the same place when none does.
@inline(__always)
func labelNameEnd(_ base: UnsafeRawPointer, from: Int) -> Int {
    nameEnd(base, from: from, lastDigit: UInt8(ascii: "9"))
}

/// The colon stands right behind the digits, so that metric names differ from label names in the end of a range only.
@inline(__always)
private func nameEnd(_ base: UnsafeRawPointer, from: Int, lastDigit: UInt8) -> Int {
    if base.load(fromByteOffset: from, as: UInt8.self) &- 0x30 < 10 { return from }
    var at = from
    while true {
        // Eight bytes at a time, each looked at without its highest bit, so that no sum carries into the next byte: a byte
        // is at least x where adding 0x80 - x sets its highest bit.
        let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let low = word & every(0x7f)
        let folded = low | every(0x20)
        let letters = (folded &+ every(0x80 - 0x61)) & ~(folded &+ every(0x7f - 0x7a))
        let digits = (low &+ every(0x80 - 0x30)) & ~(low &+ every(0x7f - lastDigit))
        let others = (low ^ every(UInt8(ascii: "_"))) &+ every(0x7f)
        let ends = (~(letters | digits) & others | word) & every(0x80)
        if ends != 0 { return at &+ (ends.trailingZeroBitCount &>> 3) }
        at &+= 8
    }
}

/// The first byte from here that is no decimal digit.
@inline(__always)
func digitsEnd(_ base: UnsafeRawPointer, from: Int) -> Int {
    var at = from
    while true {
        let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let low = word & every(0x7f)
        let digits = (low &+ every(0x80 - 0x30)) & ~(low &+ every(0x7f - 0x39))
        let ends = (~digits | word) & every(0x80)
        if ends != 0 { return at &+ (ends.trailingZeroBitCount &>> 3) }
        at &+= 8
    }
}

/// A word of eight times the same byte.
@inline(__always)
private func every(_ byte: UInt8) -> UInt64 {
    UInt64(byte) &* 0x0101_0101_0101_0101
}
