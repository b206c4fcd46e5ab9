import Model

/// Cuts the text of a query into tokens, one at a time.
struct Lexer {
    private let text: [UInt8]
    private var at = 0
    /// Where the token at hand begins.
    private var start = 0
    private var openParentheses = 0
    private var isInBraces = false
    private var isInBrackets = false
    private var hasColon = false
    private var hasDuration = false

    init(_ text: String) { self.text = Array(text.utf8) }

    /// The next token; comments and white space are skipped.
    mutating func next() throws(QuerySyntaxError) -> Token {
        skipBlanks()
        start = at
        guard let byte = peek() else { return try end() }
        if isInBraces { return try inBraces(byte) }
        if isInBrackets { return try inBrackets(byte) }
        return try outside(byte)
    }

    /// Whether the next thing is a `(`: some words are keywords only before one.
    var isBeforeParenthesis: Bool { isBefore(UInt8(ascii: "(")) }

    /// Whether the next thing is a `{`.
    var isBeforeBrace: Bool { isBefore(UInt8(ascii: "{")) }

    /// What has not been read yet.
    var rest: String { String(decoding: text[at...], as: UTF8.self) }

    private func isBefore(_ byte: UInt8) -> Bool {
        var look = at
        while look < text.count, isBlank(text[look]) { look += 1 }
        return look < text.count && text[look] == byte
    }

    private mutating func end() throws(QuerySyntaxError) -> Token {
        if isInBraces { throw error("unexpected end of input inside braces") }
        if isInBrackets { throw error("unexpected end of input in duration expression") }
        if openParentheses > 0 { throw error("unclosed left parenthesis") }
        return Token(kind: .endOfInput, text: "", range: SourceRange(at, at))
    }

    // MARK: Outside of braces and brackets

    private mutating func outside(_ byte: UInt8) throws(QuerySyntaxError) -> Token {
        if isLetter(byte) || byte == UInt8(ascii: ":") { return word() }
        if startsNumber(byte) { return try numberOrDuration() }
        if let operation = operatorSign(byte) { return operation }
        at += 1
        switch byte {
        case UInt8(ascii: ","): return token(.comma)
        case UInt8(ascii: "@"): return token(.at)
        case UInt8(ascii: "("): return openParenthesis()
        case UInt8(ascii: ")"): return try closeParenthesis()
        case UInt8(ascii: "{"):
            isInBraces = true
            return token(.leftBrace)
        case UInt8(ascii: "["):
            (isInBrackets, hasColon, hasDuration) = (true, false, false)
            return token(.leftBracket)
        case UInt8(ascii: "]"): throw error("unexpected right bracket \(character("]"))")
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): return try string(byte)
        case UInt8(ascii: "="):
            if peek() == UInt8(ascii: "~") { throw error("unexpected character after '=': '~'") }
            return token(.equal)
        case UInt8(ascii: "!"): throw error("unexpected character after '!': \(characterHere)")
        default:
            at -= 1
            throw error("unexpected character: \(characterHere)")
        }
    }

    /// A sign that stands between expressions; nil when none begins here.
    private mutating func operatorSign(_ byte: UInt8) -> Token? {
        let isFollowedByEqual = at + 1 < text.count && text[at + 1] == UInt8(ascii: "=")
        let (operation, length): (BinaryOperator, Int)
        switch (byte, isFollowedByEqual) {
        case (UInt8(ascii: "+"), _): (operation, length) = (.add, 1)
        case (UInt8(ascii: "-"), _): (operation, length) = (.subtract, 1)
        case (UInt8(ascii: "*"), _): (operation, length) = (.multiply, 1)
        case (UInt8(ascii: "/"), _): (operation, length) = (.divide, 1)
        case (UInt8(ascii: "%"), _): (operation, length) = (.modulo, 1)
        case (UInt8(ascii: "^"), _): (operation, length) = (.power, 1)
        case (UInt8(ascii: "="), true): (operation, length) = (.equal, 2)
        case (UInt8(ascii: "!"), true): (operation, length) = (.notEqual, 2)
        case (UInt8(ascii: "<"), true): (operation, length) = (.lessOrEqual, 2)
        case (UInt8(ascii: ">"), true): (operation, length) = (.greaterOrEqual, 2)
        case (UInt8(ascii: "<"), false): (operation, length) = (.less, 1)
        case (UInt8(ascii: ">"), false): (operation, length) = (.greater, 1)
        default: return nil
        }
        at += length
        return token(.operation(operation))
    }

    /// A name, or a word with a meaning.
    private mutating func word() -> Token {
        while let byte = peek(), isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ":") { at += 1 }
        let word = written.lowercased()
        if word == "inf" || word == "nan" { return token(.number) }
        if let operation = BinaryOperator(rawValue: word) { return token(.operation(operation)) }
        if let aggregator = Aggregator(rawValue: word) { return token(.aggregator(aggregator)) }
        if let keyword = Token.Keyword(rawValue: word) {
            let isOnlyBeforeParenthesis = keyword == .fill || keyword == .fillLeft || keyword == .fillRight
            return token(isOnlyBeforeParenthesis && !isBeforeParenthesis ? .identifier : .keyword(keyword))
        }
        return token(word.utf8.contains(UInt8(ascii: ":")) ? .metricName : .identifier)
    }

    private mutating func openParenthesis() -> Token {
        openParentheses += 1
        return token(.leftParenthesis)
    }

    private mutating func closeParenthesis() throws(QuerySyntaxError) -> Token {
        openParentheses -= 1
        if openParentheses < 0 {
            start = at
            throw error("unexpected right parenthesis \(character(")"))")
        }
        return token(.rightParenthesis)
    }

    // MARK: In braces

    private mutating func inBraces(_ byte: UInt8) throws(QuerySyntaxError) -> Token {
        if isLetter(byte) {
            while let byte = peek(), isLetter(byte) || isDigit(byte) { at += 1 }
            return token(.identifier)
        }
        at += 1
        switch byte {
        case UInt8(ascii: ","): return token(.comma)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): return try string(byte)
        case UInt8(ascii: "="):
            guard peek() == UInt8(ascii: "~") else { return token(.equal) }
            at += 1
            return token(.matches)
        case UInt8(ascii: "!"):
            switch peek() {
            case UInt8(ascii: "~"):
                at += 1
                return token(.notMatches)
            case UInt8(ascii: "="):
                at += 1
                return token(.operation(.notEqual))
            default: throw error("unexpected character after '!' inside braces: \(characterHere)")
            }
        case UInt8(ascii: "{"): throw error("unexpected left brace \(character("{"))")
        case UInt8(ascii: "}"):
            isInBraces = false
            return token(.rightBrace)
        default:
            at -= 1
            throw error("unexpected character inside braces: \(characterHere)")
        }
    }

    // MARK: In brackets

    private mutating func inBrackets(_ byte: UInt8) throws(QuerySyntaxError) -> Token {
        if startsNumber(byte) {
            hasDuration = true
            return try numberOrDuration()
        }
        if isLetter(byte) {
            while let byte = peek(), isLetter(byte) { at += 1 }
            switch Token.Keyword(rawValue: written.lowercased()) {
            case let keyword? where keyword.isPreprocessor && keyword != .start && keyword != .end:
                hasDuration = true
                return token(.keyword(keyword))
            default:
                at = start
                throw error("unexpected character in duration expression: \(characterHere)")
            }
        }
        if byte != UInt8(ascii: "="), let sign = operatorSign(byte) {
            if case .operation(let operation) = sign.kind, operation.changesMeaning { return sign }
            at = start
            throw error("unexpected character in duration expression: \(characterHere)")
        }
        at += 1
        switch byte {
        case UInt8(ascii: "]"):
            isInBrackets = false
            return token(.rightBracket)
        case UInt8(ascii: ":"):
            if !hasDuration { throw error("unexpected colon before duration in duration expression") }
            if hasColon { throw error("unexpected repeated colon in duration expression") }
            hasColon = true
            return token(.colon)
        case UInt8(ascii: "("): return openParenthesis()
        case UInt8(ascii: ")"): return try closeParenthesis()
        case UInt8(ascii: ","): return token(.comma)
        default:
            at -= 1
            throw error("unexpected character in duration expression: \(characterHere)")
        }
    }

    // MARK: Numbers and durations

    private func startsNumber(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte == UInt8(ascii: ".") && at + 1 < text.count && isDigit(text[at + 1]))
    }

    private mutating func numberOrDuration() throws(QuerySyntaxError) -> Token {
        if scanNumber() { return token(.number) }
        if scanDuration() { return token(.duration) }
        throw error("bad number or duration syntax: \(quoted(written))")
    }

    /// Goes over a decimal or hexadecimal number; false when what stands here is none, `at` being where that showed.
    private mutating func scanNumber() -> Bool {
        var isHexadecimal = false
        if skip(UInt8(ascii: "0")), let byte = peek(), byte | 0x20 == UInt8(ascii: "x") {
            at += 1
            isHexadecimal = true
            _ = skip(UInt8(ascii: "_"))
        }
        var hasPoint = false
        var hasExponent = false
        scanning: while let byte = peek() {
            switch byte {
            case _ where isDigit(byte) || (isHexadecimal && isHexadecimalDigit(byte)): at += 1
            case UInt8(ascii: "."):
                at += 1
                if hasPoint || isHexadecimal || skipOne(of: "_.") { return false }
                hasPoint = true
            case UInt8(ascii: "_"):
                at += 1
                if skipOne(of: "._eE") || at == text.count { return false }
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                at += 1
                if hasExponent { return false }
                hasExponent = true
                _ = skipOne(of: "+-")
                if skipOne(of: "._eE") || at == text.count { return false }
            default: break scanning
            }
        }
        guard let byte = peek() else { return true }
        return !isLetter(byte) && !isDigit(byte)
    }

    /// Goes on, behind the first digits, over units and further digits.
    private mutating func scanDuration() -> Bool {
        guard skipOne(of: "smhdwy") else { return false }
        // For `ms`; what is no unit is found out when the duration is read.
        _ = skip(UInt8(ascii: "s"))
        while let byte = peek(), isDigit(byte) {
            while let byte = peek(), isDigit(byte) { at += 1 }
            guard skipOne(of: "smhdw") else { return false }
            _ = skip(UInt8(ascii: "s"))
        }
        guard let byte = peek(), isLetter(byte) || isDigit(byte) else { return true }
        at += 1
        return false
    }

    // MARK: Strings

    /// A string whose opening quote has been read.
    private mutating func string(_ quote: UInt8) throws(QuerySyntaxError) -> Token {
        let isRaw = quote == UInt8(ascii: "`")
        var bytes: [UInt8] = []
        while let byte = peek() {
            at += 1
            if byte == quote {
                guard let value = String(validating: bytes, as: UTF8.self) else { throw error("invalid UTF-8 rune") }
                var token = token(.string)
                token.value = value
                return token
            }
            if byte == UInt8(ascii: "\\"), !isRaw {
                try escape(quote, into: &bytes)
            } else if byte == UInt8(ascii: "\n"), !isRaw {
                throw error("unterminated quoted string")
            } else {
                bytes.append(byte)
            }
        }
        throw error(isRaw ? "unterminated raw string" : "unterminated quoted string")
    }

    /// One of Go's escapes, behind its backslash.
    private mutating func escape(_ quote: UInt8, into bytes: inout [UInt8]) throws(QuerySyntaxError) {
        guard let byte = peek() else { throw error("escape sequence not terminated") }
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
        case UInt8(ascii: "x"): bytes.append(UInt8(truncatingIfNeeded: try digits(2, radix: 16)))
        case UInt8(ascii: "u"): try scalar(try digits(4, radix: 16), into: &bytes)
        case UInt8(ascii: "U"): try scalar(try digits(8, radix: 16), into: &bytes)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            at -= 1
            guard let value = UInt8(exactly: try digits(3, radix: 8)) else {
                throw error("escape sequence is an invalid Unicode code point")
            }
            bytes.append(value)
        default:
            at -= 1
            throw error("unknown escape sequence \(codePointHere)")
        }
    }

    private mutating func digits(_ count: Int, radix: UInt32) throws(QuerySyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek() else { throw error("escape sequence not terminated") }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else {
                throw error("illegal character \(codePointHere) in escape sequence")
            }
            value = value &* radix &+ UInt32(digit)
            at += 1
        }
        return value
    }

    private func scalar(_ value: UInt32, into bytes: inout [UInt8]) throws(QuerySyntaxError) {
        guard let scalar = Unicode.Scalar(value) else {
            throw error("escape sequence is an invalid Unicode code point")
        }
        bytes.append(contentsOf: String(Character(scalar)).utf8)
    }

    // MARK: Bytes

    private func peek() -> UInt8? { at < text.count ? text[at] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipOne(of bytes: StaticString) -> Bool {
        guard let byte = peek(), bytes.withUTF8Buffer({ $0.contains(byte) }) else { return false }
        at += 1
        return true
    }

    /// White space, and comments, which go from a `#` to the end of the line.
    private mutating func skipBlanks() {
        while let byte = peek() {
            if isBlank(byte) {
                at += 1
            } else if byte == UInt8(ascii: "#"), !isInBrackets {
                while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { at += 1 }
            } else {
                return
            }
        }
    }

    /// The token at hand as it was written.
    private var written: String { String(decoding: text[start..<at], as: UTF8.self) }

    private func token(_ kind: Token.Kind) -> Token {
        Token(kind: kind, text: written, range: SourceRange(start, at))
    }

    private func error(_ message: String) -> QuerySyntaxError {
        let range = SourceRange(start, text.count)
        return QuerySyntaxError(
            message: message, range: range, place: range.place(in: String(decoding: text, as: UTF8.self)))
    }

    // MARK: Characters in messages

    private var scalarHere: Unicode.Scalar? {
        at < text.count ? String(decoding: text[at...].prefix(4), as: UTF8.self).unicodeScalars.first : nil
    }

    /// The character at hand in single quotes; Prometheus calls the end of the text -1.
    private var characterHere: String { scalarHere.map { character(String(Character($0))) } ?? "-1" }

    private var codePointHere: String {
        guard let scalar = scalarHere else { return "U+FFFFFFFFFFFFFFFF" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits) '\(Character(scalar))'"
    }

    private func character(_ text: String) -> String {
        switch text {
        case "\n": "'\\n'"
        case "'": "'\\''"
        case "\\": "'\\\\'"
        default: "'\(text)'"
        }
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

private func isHexadecimalDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 }

private func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
}
