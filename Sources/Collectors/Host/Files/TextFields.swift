import Model

// The text of /proc and /sys, cut into lines and fields in place: nothing is copied, no array is built.

/// The pieces of a text between separators, without the empty ones.
struct TextPieces: Sequence, IteratorProtocol {
    private var rest: ArraySlice<UInt8>
    private let isSeparator: (UInt8) -> Bool

    init(_ text: ArraySlice<UInt8>, isSeparator: @escaping (UInt8) -> Bool) {
        self.rest = text
        self.isSeparator = isSeparator
    }

    mutating func next() -> ArraySlice<UInt8>? {
        var start = rest.startIndex
        while start < rest.endIndex, isSeparator(rest[start]) { start += 1 }
        var end = start
        while end < rest.endIndex, !isSeparator(rest[end]) { end += 1 }
        if start == end { return nil }
        let piece = rest[start..<end]
        rest = rest[end...]
        return piece
    }
}

extension ArraySlice<UInt8> {
    /// The lines that are not empty.
    var lines: TextPieces { TextPieces(self) { $0 == UInt8(ascii: "\n") } }

    /// The words between blanks.
    var fields: TextPieces { TextPieces(self, isSeparator: isBlank) }

    /// Without the blanks around it.
    func trimmed() -> ArraySlice<UInt8> {
        var trimmed = self
        while let last = trimmed.last, isBlank(last) { trimmed.removeLast() }
        return trimmed.drop(while: isBlank)
    }

    /// What stands before and behind the first of a byte; nil when there is none.
    func cut(at byte: UInt8) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>)? {
        guard let place = firstIndex(of: byte) else { return nil }
        return (self[..<place], self[(place + 1)...])
    }

    /// Whether the bytes begin with these.
    func begins(with prefix: StaticString) -> Bool {
        prefix.withUTF8Buffer { starts(with: $0) }
    }

    /// Whether the bytes end with these.
    func ends(with suffix: StaticString) -> Bool {
        suffix.withUTF8Buffer { self.suffix($0.count).elementsEqual($0) }
    }

    /// Whether the bytes are exactly these.
    func equals(_ other: StaticString) -> Bool {
        other.withUTF8Buffer { elementsEqual($0) }
    }

    /// The decimal number that the bytes are.
    var number: Double? {
        withUnsafeBytes { readNumber($0)?.double }
    }

    /// The whole number that the bytes are, in decimal, or in hexadecimal behind `0x`.
    var integer: Int? {
        begins(with: "0x") ? dropFirst(2).hexadecimal.map { Int(clamping: $0) } : Int(text)
    }

    /// The number that the bytes are in hexadecimal, without a prefix.
    var hexadecimal: UInt64? {
        UInt64(text, radix: 16)
    }

    /// As text; what is not UTF-8 is replaced.
    var text: String { String(decoding: self, as: UTF8.self) }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0d).contains(byte)
}
