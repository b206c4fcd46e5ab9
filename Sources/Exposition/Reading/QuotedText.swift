import Model

/// A text in double quotes, as found by `scanQuoted`.
struct QuotedText {
    /// Where the closing quote stands.
    var end: Int
    /// Whether there is a backslash in it.
    var hasEscapes: Bool
    /// Whether there is a byte above 0x7f in it.
    var hasHighBytes: Bool
    /// The first line feed in it, or -1.
    var newline: Int
}

/// Goes from behind an opening quote to the closing one. Nil when there is none.
@inline(__always)
func scanQuoted(_ base: UnsafeRawPointer, from: Int, count: Int) -> QuotedText? {
    var found = QuotedText(end: from, hasEscapes: false, hasHighBytes: false, newline: -1)
    var at = from
    while true {
        // Eight bytes at a time to the first that is a quote, a backslash, a control character or not ASCII. Each of the
        // four tests marks the first byte it is meant for exactly, so that the lowest mark of all is exact too.
        let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let quotes = word ^ 0x2222_2222_2222_2222
        let backslashes = word ^ 0x5c5c_5c5c_5c5c_5c5c
        let marks =
            ((quotes &- 0x0101_0101_0101_0101) & ~quotes | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
                | (word &- 0x2020_2020_2020_2020) & ~word | word) & 0x8080_8080_8080_8080
        if marks == 0 {
            at &+= 8
            continue
        }
        at &+= marks.trailingZeroBitCount &>> 3
        let byte = base.load(fromByteOffset: at, as: UInt8.self)
        if byte == UInt8(ascii: "\"") {
            found.end = at
            return at < count ? found : nil
        }
        // The padding behind the body is zero: the scan cannot run past it.
        if at >= count { return nil }
        if byte == UInt8(ascii: "\\") {
            found.hasEscapes = true
            at &+= 1
            if at >= count { return nil }
        }
        let taken = base.load(fromByteOffset: at, as: UInt8.self)
        if taken >= 0x80 { found.hasHighBytes = true }
        if taken == UInt8(ascii: "\n"), found.newline < 0 { found.newline = at }
        at &+= 1
    }
}

/// The offset of the first byte that is not UTF-8, from the start of the bytes; nil when all of them are.
func firstInvalidUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
    do {
        _ = try UTF8Span(validating: bytes.bindMemory(to: UInt8.self).span)
        return nil
    } catch {
        return error.byteOffsets.lowerBound
    }
}

/// The offset of a backslash that begins no escape sequence the formats know; nil when there is none.
func firstUnknownEscape(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var at = 0
    while at < bytes.count {
        if bytes[at] == UInt8(ascii: "\\") {
            guard at + 1 < bytes.count else { return at }
            switch bytes[at + 1] {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "n"): at += 1
            default: return at
            }
        }
        at += 1
    }
    return nil
}

/// A quoted text without its escapes. A backslash before anything but `\`, `"` and `n` stands for itself, as Prometheus
/// reads it.
func unescaped(_ bytes: UnsafeRawBufferPointer) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
        let byte = bytes[at]
        at += 1
        guard byte == UInt8(ascii: "\\"), at < bytes.count else {
            out.append(byte)
            continue
        }
        switch bytes[at] {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): out.append(bytes[at])
        case UInt8(ascii: "n"): out.append(UInt8(ascii: "\n"))
        default: out.append(contentsOf: [byte, bytes[at]])
        }
        at += 1
    }
    return String(decoding: out, as: UTF8.self)
}
