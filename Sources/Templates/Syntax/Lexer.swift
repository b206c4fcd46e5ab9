import Model

/// Cuts a template into tokens, one at a time.
struct Lexer {
    private let text: [UInt8]
    private var at = 0
    private var isInAction = false
    /// Where the action at hand begins.
    private var actionStart = 0
    /// Whether the last action ended with a trim marker, so that white space behind it does not count.
    private var trimsNext = false

    init(_ text: String) { self.text = Array(text.utf8) }

    /// The next token.
    mutating func next() throws(TemplateFault) -> Token {
        isInAction ? try inAction() : try outside()
    }

    // MARK: Between actions

    private mutating func outside() throws(TemplateFault) -> Token {
        while true {
            let start = at
            let open = find("{{", from: at)
            let opensWithTrim = open.map { hasTrimMarker(behind: $0 + 2) } ?? false
            let piece = trimmed(start..<(open ?? text.count), atEnd: opensWithTrim)
            at = open ?? text.count
            trimsNext = false
            if !piece.isEmpty {
                // The opening braces are found again: that is cheap, and one token comes at a time.
                return Token(kind: .text(String(decoding: text[piece], as: UTF8.self)), at: piece.lowerBound, end: at)
            }
            guard let open else { return Token(kind: .endOfTemplate, at: at, end: at) }
            actionStart = open
            at = open + 2 + (opensWithTrim ? 2 : 0)
            if try skipComment() { continue }
            isInAction = true
            return Token(kind: .open, at: open, end: at)
        }
    }

    /// The part of some text that is left when trim markers have taken the white space at its ends.
    private func trimmed(_ range: Range<Int>, atEnd: Bool) -> Range<Int> {
        var range = range
        if trimsNext { while let first = range.first, isSpace(text[first]) { range.removeFirst() } }
        if atEnd { while let last = range.last, isSpace(text[last]) { range.removeLast() } }
        return range
    }

    /// `- ` behind opening braces.
    private func hasTrimMarker(behind place: Int) -> Bool {
        byte(place) == UInt8(ascii: "-") && byte(place + 1).map(isSpace) == true
    }

    /// Whether `}}` stands here, or ` -}}`; gives how many bytes it takes, and whether it trims.
    private func closing() -> (length: Int, trims: Bool)? {
        if stands("}}", at: at) { return (2, false) }
        if let first = byte(at), isSpace(first), stands("-}}", at: at + 1) { return (4, true) }
        return nil
    }

    /// Goes over a comment that begins here, with the braces behind it.
    private mutating func skipComment() throws(TemplateFault) -> Bool {
        guard stands("/*", at: at) else { return false }
        guard let end = find("*/", from: at + 2) else {
            throw TemplateFault("the comment is not closed with */", at: actionStart)
        }
        at = end + 2
        guard let closing = closing() else { throw TemplateFault("}} must follow the end of a comment", at: at) }
        at += closing.length
        trimsNext = closing.trims
        return true
    }

    // MARK: In actions

    private mutating func inAction() throws(TemplateFault) -> Token {
        let start = at
        while closing() == nil, let blank = byte(at), isSpace(blank) { at += 1 }
        let isAfterSpace = at > start
        if let closing = closing() {
            let token = Token(kind: .close, at: at, end: at + closing.length, isAfterSpace: isAfterSpace)
            at += closing.length
            trimsNext = closing.trims
            isInAction = false
            return token
        }
        let beginning = at
        let kind = try self.kind()
        return Token(kind: kind, at: beginning, end: at, isAfterSpace: isAfterSpace)
    }

    private mutating func kind() throws(TemplateFault) -> Token.Kind {
        let start = at
        guard let first = byte(at) else { throw unclosed }
        at += 1
        switch first {
        case UInt8(ascii: "|"): return .pipe
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "="): return .assign
        case UInt8(ascii: "("): return .openParenthesis
        case UInt8(ascii: ")"): return .closeParenthesis
        case UInt8(ascii: ":"):
            guard byte(at) == UInt8(ascii: "=") else { throw TemplateFault("= must follow :", at: start) }
            at += 1
            return .declare
        case UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "'"): return try quotedLiteral(first)
        case UInt8(ascii: "$"): return .variable(try name(from: start))
        case UInt8(ascii: "."):
            if byte(at).map(isDigit) != true {
                let name = try name(from: start)
                return name.isEmpty ? .dot : .field(name)
            }
        default: break
        }
        at = start
        if isDigit(first) || first == UInt8(ascii: ".") || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            return try number()
        }
        let word = try name(from: start)
        if word.isEmpty { throw TemplateFault("unexpected character \(quoted(character(at: start)))", at: start) }
        if let keyword = Token.Keyword(rawValue: word) { return .keyword(keyword) }
        switch word {
        case "true": return .literal(.bool(true))
        case "false": return .literal(.bool(false))
        case "nil": return .nothing
        default: return .word(word)
        }
    }

    private var unclosed: TemplateFault { TemplateFault("the action is not closed with }}", at: actionStart) }

    /// Letters, digits and underscores, of any script; behind them something must come that can follow a name.
    private mutating func name(from start: Int) throws(TemplateFault) -> String {
        let first = at
        while let length = nameCharacter() { at += length }
        guard let after = byte(at) else { throw unclosed }
        switch after {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: ")"),
            UInt8(ascii: "("), UInt8(ascii: "}"):
            break
        case _ where isSpace(after) || at == start: break
        default:
            let written = String(decoding: text[start..<at], as: UTF8.self)
            throw TemplateFault("unexpected character \(quoted(character(at: at))) behind \(written)", at: at)
        }
        return String(decoding: text[first..<at], as: UTF8.self)
    }

    /// How many bytes the character here has, if it can be part of a name.
    private func nameCharacter() -> Int? {
        guard let byte = byte(at) else { return nil }
        if byte < 0x80 { return isDigit(byte) || isASCIILetter(byte) || byte == UInt8(ascii: "_") ? 1 : nil }
        guard let scalar = character(at: at).unicodeScalars.first else { return nil }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return UTF8.width(scalar)
        default: return nil
        }
    }

    private mutating func number() throws(TemplateFault) -> Token.Kind {
        let start = at
        at += 1
        while let byte = byte(at) {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            let isPart =
                isDigit(byte) || isASCIILetter(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            if !isPart, !isSign || !isExponent(at - 1, ofNumberFrom: start) { break }
            at += 1
        }
        let written = String(decoding: text[start..<at], as: UTF8.self)
        guard let value = numberLiteral(written) else {
            throw TemplateFault("\(written) cannot be read as a number", at: start)
        }
        return .literal(value)
    }

    /// Whether the letter here stands before the exponent of a number, where a sign can follow.
    private func isExponent(_ place: Int, ofNumberFrom start: Int) -> Bool {
        guard let letter = byte(place) else { return false }
        let digits = text[start..<place].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        let isHexadecimal = digits.starts(with: "0x".utf8) || digits.starts(with: "0X".utf8)
        return letter | 0x20 == UInt8(ascii: isHexadecimal ? "p" : "e")
    }

    /// A text or a character whose opening quote has been read.
    private mutating func quotedLiteral(_ quote: UInt8) throws(TemplateFault) -> Token.Kind {
        let start = at - 1
        let isRaw = quote == UInt8(ascii: "`")
        while let byte = byte(at), byte != quote {
            if !isRaw, byte == UInt8(ascii: "\n") { break }
            at += !isRaw && byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard byte(at) == quote else { throw TemplateFault("the quote is not closed", at: start) }
        let inside = text[start + 1..<at]
        at += 1
        if isRaw { return .literal(.text(String(decoding: inside.filter { $0 != 0x0d }, as: UTF8.self))) }
        do {
            if quote == UInt8(ascii: "'") { return .literal(.integer(try characterLiteral(inside))) }
            return .literal(.text(try textLiteral(inside, quote: quote)))
        } catch {
            throw error.placed(at: start)
        }
    }

    /// The beginning of a token as it was written, for messages.
    func written(_ token: Token) -> String {
        String(String(decoding: text[token.at..<max(token.at, token.end)].prefix(80), as: UTF8.self).prefix(20))
    }

    // MARK: Bytes

    private func byte(_ place: Int) -> UInt8? { text.indices.contains(place) ? text[place] : nil }

    private func stands(_ word: StaticString, at place: Int) -> Bool {
        guard place + word.utf8CodeUnitCount <= text.count else { return false }
        return word.withUTF8Buffer { text[place...].starts(with: $0) }
    }

    private func find(_ word: StaticString, from start: Int) -> Int? {
        let first = word.withUTF8Buffer { $0.first }
        var place = start
        while place < text.count {
            guard let next = text[place...].firstIndex(where: { $0 == first }) else { return nil }
            if stands(word, at: next) { return next }
            place = next + 1
        }
        return nil
    }

    private func character(at place: Int) -> String {
        String(decoding: text[place...].prefix(4), as: UTF8.self).unicodeScalars.first.map { String(Character($0)) }
            ?? ""
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

private func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
