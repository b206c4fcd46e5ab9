// JSON is YAML but for a few corners, in which libyaml refuses or changes what a JSON text says: escaped surrogate pairs,
// and characters that YAML takes for line breaks or does not allow. They are written in YAML's own escapes first.

/// How far columns moved when a text was rewritten.
struct ColumnShifts {
    private var lines: [Int] = []
    private var columns: [Int] = []
    private var totals: [Int] = []

    /// Notes that on a line, from a column of the rewritten text on, the original is `shift` columns further right.
    mutating func add(line: Int, column: Int, shift: Int) {
        let before = lines.last == line ? totals.last ?? 0 : 0
        lines.append(line)
        columns.append(column)
        totals.append(before + shift)
    }

    /// The column in the original text.
    func original(line: Int, column: Int) -> Int {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if (lines[middle], columns[middle]) <= (line, column) { low = middle + 1 } else { high = middle }
        }
        guard low > 0, lines[low - 1] == line else { return column }
        return column + totals[low - 1]
    }
}

/// The text as libyaml reads it rightly. Only a document that begins as JSON does is touched, and in it only strings.
func readableJSON(_ bytes: [UInt8]) -> (text: [UInt8], shifts: ColumnShifts) {
    let blank: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0d]
    guard let first = bytes.first(where: { !blank.contains($0) }),
        first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    else { return (bytes, ColumnShifts()) }
    var rewriter = JSONRewriter(bytes)
    return rewriter.rewrite()
}

private struct JSONRewriter {
    private let bytes: [UInt8]
    private var at = 0
    private var out: [UInt8] = []
    private var shifts = ColumnShifts()
    private var line = 1
    private var column = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        out.reserveCapacity(bytes.count)
    }

    mutating func rewrite() -> (text: [UInt8], shifts: ColumnShifts) {
        var inString = false
        while at < bytes.count {
            let byte = bytes[at]
            if !inString || byte == UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\"") { inString.toggle() }
                copy(1)
            } else if byte == UInt8(ascii: "\\") {
                if let pair = surrogatePair() {
                    replace(12, columns: 12, by: "\\U" + hexadecimal(pair, digits: 8))
                } else {
                    copy(2)
                }
            } else if byte == 0x7f {
                replace(1, columns: 1, by: "\\x7f")
            } else if let (length, scalar) = awkwardCharacter() {
                replace(length, columns: 1, by: "\\u" + hexadecimal(scalar, digits: 4))
            } else {
                copy(1)
            }
        }
        return (out, shifts)
    }

    private mutating func copy(_ count: Int) {
        for byte in bytes[at..<min(at + count, bytes.count)] {
            out.append(byte)
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        at = min(at + count, bytes.count)
    }

    private mutating func replace(_ count: Int, columns: Int, by escape: String) {
        out.append(contentsOf: escape.utf8)
        column += escape.utf8.count
        shifts.add(line: line, column: column, shift: columns - escape.utf8.count)
        at += count
    }

    /// The character of `\ud83d\ude00`, when that is what stands here.
    private func surrogatePair() -> UInt32? {
        guard let high = escapedUnit(at), (0xd800..<0xdc00).contains(high),
            let low = escapedUnit(at + 6), (0xdc00..<0xe000).contains(low)
        else { return nil }
        return 0x10000 + (high - 0xd800) << 10 + (low - 0xdc00)
    }

    private func escapedUnit(_ start: Int) -> UInt32? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in bytes[start + 2..<start + 6] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return unit
    }

    /// U+0080…U+009F, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF: characters of a JSON string that YAML folds or refuses.
    private func awkwardCharacter() -> (length: Int, scalar: UInt32)? {
        let rest = bytes[at...].prefix(3)
        guard let first = rest.first, rest.count >= 2 else { return nil }
        let second = rest[at + 1]
        if first == 0xc2, (0x80...0x9f).contains(second) { return (2, UInt32(second)) }
        guard rest.count == 3 else { return nil }
        switch (first, second, rest[at + 2]) {
        case (0xe2, 0x80, 0xa8): return (3, 0x2028)
        case (0xe2, 0x80, 0xa9): return (3, 0x2029)
        case (0xef, 0xbb, 0xbf): return (3, 0xfeff)
        case (0xef, 0xbf, 0xbe): return (3, 0xfffe)
        case (0xef, 0xbf, 0xbf): return (3, 0xffff)
        default: return nil
        }
    }

    private func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
