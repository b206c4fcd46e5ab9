import Model

/// Goes through the bytes of a selector.
struct SelectorScanner {
    private let text: [UInt8]
    /// Where the next byte stands.
    private(set) var at = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    var peek: UInt8? { at < text.count ? text[at] : nil }

    var isAtEnd: Bool { at == text.count }

    /// Whether a quoted string begins here.
    var startsString: Bool {
        peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") || peek == UInt8(ascii: "`")
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    /// Skips white space, and comments, which go from a `#` to the end of the line.
    mutating func skipSpace() {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): at += 1
            case UInt8(ascii: "#"): while let next = peek, next != UInt8(ascii: "\n") { at += 1 }
            default: return
            }
        }
    }

    /// A name that needs no quotes, or nil.
    mutating func identifier(colons: Bool) -> String? {
        let start = at
        while let byte = peek {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
            let isDigit = at > start && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard isLetter || isDigit || (colons && byte == UInt8(ascii: ":")) else { break }
            at += 1
        }
        return at == start ? nil : String(decoding: text[start..<at], as: UTF8.self)
    }

    /// An operator of matchers, or nil.
    mutating func operation() -> LabelMatcher.Operation? {
        let next = at + 1 < text.count ? text[at + 1] : nil
        switch (peek, next) {
        case (UInt8(ascii: "="), UInt8(ascii: "~")):
            at += 2
            return .matches
        case (UInt8(ascii: "="), _):
            at += 1
            return .equal
        case (UInt8(ascii: "!"), UInt8(ascii: "=")):
            at += 2
            return .notEqual
        case (UInt8(ascii: "!"), UInt8(ascii: "~")):
            at += 2
            return .notMatches
        default: return nil
        }
    }

    /// A string in double or single quotes with Go's escapes, or in backticks as it is.
    mutating func string() throws(UserError) -> String {
        let start = at
        guard let quote = peek else { throw unexpected() }
        at += 1
        var bytes: [UInt8] = []
        while let byte = peek {
            at += 1
            if byte == quote {
                guard let value = String(validating: bytes, as: UTF8.self) else {
                    throw error("a string is not valid UTF-8", at: start)
                }
                return value
            }
            if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") {
                try escape(quote, into: &bytes)
            } else if byte == UInt8(ascii: "\n"), quote != UInt8(ascii: "`") {
                break
            } else {
                bytes.append(byte)
            }
        }
        throw error("a string has no end", at: start)
    }

    private mutating func escape(_ quote: UInt8, into bytes: inout [UInt8]) throws(UserError) {
        let start = at - 1
        guard let byte = peek else { throw error("a string has no end", at: start) }
        at += 1
        switch byte {
        case UInt8(ascii: "a"): bytes.append(0x07)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "v"): bytes.append(0x0b)
        case UInt8(ascii: "\\"), quote: bytes.append(byte)
        case UInt8(ascii: "x"): bytes.append(UInt8(try number(digits: 2, radix: 16, start)))
        case UInt8(ascii: "u"): try scalar(number(digits: 4, radix: 16, start), start, into: &bytes)
        case UInt8(ascii: "U"): try scalar(number(digits: 8, radix: 16, start), start, into: &bytes)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            at -= 1
            guard let value = UInt8(exactly: try number(digits: 3, radix: 8, start)) else { fallthrough }
            bytes.append(value)
        default: throw error("a string holds an escape that does not exist", at: start)
        }
    }

    private mutating func number(digits: Int, radix: Int, _ start: Int) throws(UserError) -> UInt32 {
        let end = at + digits
        guard end <= text.count, text[at..<end].allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(String(decoding: text[at..<end], as: UTF8.self), radix: radix)
        else { throw error("a string holds a broken escape", at: start) }
        at = end
        return value
    }

    private func scalar(_ value: UInt32, _ start: Int, into bytes: inout [UInt8]) throws(UserError) {
        guard let scalar = Unicode.Scalar(value) else { throw error("a string holds a broken escape", at: start) }
        bytes.append(contentsOf: String(Character(scalar)).utf8)
    }

    /// The error that what stands here does not belong here.
    func unexpected(_ expected: String? = nil) -> UserError {
        let rest = String(decoding: text[at...], as: UTF8.self)
        let found = rest.first.map { quoted(String($0)) } ?? "end of input"
        return error("unexpected \(found)" + (expected.map { "; \($0)" } ?? ""), at: at)
    }

    /// An error at a byte of the text, here by default.
    func error(_ reason: String, at byte: Int? = nil) -> UserError {
        let before = String(decoding: text[..<(byte ?? at)], as: UTF8.self)
        let line = before.split(separator: "\n", omittingEmptySubsequences: false)
        return UserError(
            "cannot read selector: \(reason)", at: Place(line: line.count, column: (line.last?.count ?? 0) + 1))
    }
}
