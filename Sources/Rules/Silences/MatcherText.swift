import Model

/// Reads matchers as selectors and Alertmanager have them: `severity="page"`, `env=~"dev|test", team!=web`, with or without
/// braces around them. Throws a `UserError` that says what is wrong with the text.
///
/// A value in double or single quotes knows the escapes `\\`, `\n` and those of the quotes; any other backslash is one, so
/// that expressions need no doubling. Between backticks everything is itself. A value without quotes ends at a comma.
public func readMatchers(_ text: String) throws(UserError) -> [LabelMatcher] {
    var reader = MatcherReader(text)
    return try reader.matchers()
}

private struct MatcherReader {
    private let text: String
    private var rest: ArraySlice<UInt8>

    init(_ text: String) {
        self.text = text
        rest = Array(text.utf8)[...]
    }

    mutating func matchers() throws(UserError) -> [LabelMatcher] {
        var matchers: [LabelMatcher] = []
        skipBlanks()
        let isBraced = take("{")
        skipBlanks()
        while let byte = rest.first, byte != UInt8(ascii: "}") {
            matchers.append(try matcher())
            skipBlanks()
            // One comma may stand behind the last matcher too.
            if !take(",") { break }
            skipBlanks()
        }
        if isBraced {
            guard take("}") else { throw unexpected("`,` or `}`") }
            skipBlanks()
        }
        guard rest.isEmpty else { throw unexpected(isBraced ? "nothing more" : "`,`") }
        return matchers
    }

    private mutating func matcher() throws(UserError) -> LabelMatcher {
        let name = try name()
        skipBlanks()
        let operation = try operation()
        skipBlanks()
        return LabelMatcher(name, operation, try value())
    }

    private mutating func name() throws(UserError) -> String {
        if let quoted = try quotedText() {
            if quoted.isEmpty { throw wrong("a label name is empty") }
            return quoted
        }
        let name = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            throw unexpected("the name of a label")
        }
        rest = rest[name.endIndex...]
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func operation() throws(UserError) -> LabelMatcher.Operation {
        if take("=") { return take("~") ? .matches : .equal }
        if take("!") {
            if take("=") { return .notEqual }
            if take("~") { return .notMatches }
        }
        throw unexpected("`=`, `!=`, `=~` or `!~`")
    }

    private mutating func value() throws(UserError) -> String {
        if let quoted = try quotedText() { return quoted }
        var value = rest.prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
        rest = rest[value.endIndex...]
        while let last = value.last, isBlank(last) { value.removeLast() }
        if value.contains(where: { "{\"'`".utf8.contains($0) }) {
            throw wrong("a value with quotes or braces must stand in quotes as a whole")
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// A text in quotes; nil when none begins here.
    private mutating func quotedText() throws(UserError) -> String? {
        guard let quote = rest.first, "\"'`".utf8.contains(quote) else { return nil }
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == quote { return String(decoding: bytes, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`"), let next = rest.first else {
                bytes.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): bytes.append(next)
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            default:
                bytes.append(byte)
                continue
            }
            rest.removeFirst()
        }
        throw wrong("a quote is not closed")
    }

    // MARK: Bytes

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() {
        while let byte = rest.first, isBlank(byte) { rest.removeFirst() }
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: "\r")
    }

    private func unexpected(_ expected: String) -> UserError {
        let found = String(decoding: rest.prefix(16), as: UTF8.self)
        return wrong("expected \(expected), found \(found.isEmpty ? "the end" : quoted(found))")
    }

    private func wrong(_ reason: String) -> UserError {
        UserError("cannot read matchers \(quoted(String(text.prefix(100)))): \(reason)")
    }
}
