/// Reads JSON from bytes, a piece at a time and strictly: what RFC 8259 does not allow is an error with its place.
public struct JSONReader: Sendable {
    /// A piece of a document.
    public enum Event: Sendable, Equatable {
        case beginObject
        case endObject
        case beginArray
        case endArray
        /// The name of an object's member; its value follows.
        case key(String)
        case string(String)
        /// A number as it was written.
        case number(String)
        case boolean(Bool)
        case null
        case end
    }

    /// How deeply objects and arrays may stand in each other.
    private static let greatestDepth = 512

    enum Expectation {
        /// A value, or the end of an array that has just begun.
        case value, firstElement
        /// A key, or the end of an object that has just begun.
        case key, firstKey
        /// What stands behind a value.
        case separator
        case nothing
    }

    let bytes: [UInt8]
    var at = 0
    /// The open brackets, true for objects.
    private(set) var open: [Bool] = []
    var expected = Expectation.value

    /// A reader at the beginning of a document.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next piece; `end` behind the document, as often as asked.
    public mutating func next() throws(UserError) -> Event {
        skipBlanks()
        if expected == .separator, open.isEmpty { expected = .nothing }
        if expected == .nothing {
            if at < bytes.count { throw unexpected("the end of the document") }
            return .end
        }
        if expected == .separator, let event = try separator() { return event }
        if expected == .key || expected == .firstKey { return try key() }
        return try value()
    }

    /// What stands behind a value: the end of what it is in, or a comma.
    mutating func separator() throws(UserError) -> Event? {
        let isObject = open.last ?? false
        switch peek() {
        case UInt8(ascii: ","):
            at += 1
            skipBlanks()
            expected = isObject ? .key : .value
            return nil
        case UInt8(ascii: "}") where isObject: return close(.endObject)
        case UInt8(ascii: "]") where !isObject: return close(.endArray)
        default: throw unexpected(isObject ? "',' or '}'" : "',' or ']'")
        }
    }

    private mutating func close(_ event: Event) -> Event {
        at += 1
        open.removeLast()
        expected = .separator
        return event
    }

    private mutating func key() throws(UserError) -> Event {
        if expected == .firstKey, peek() == UInt8(ascii: "}") { return close(.endObject) }
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("the name of a member") }
        let name = try string()
        skipBlanks()
        guard peek() == UInt8(ascii: ":") else { throw unexpected("':'") }
        at += 1
        expected = .value
        return .key(name)
    }

    private mutating func value() throws(UserError) -> Event {
        let isFirst = expected == .firstElement
        guard let byte = peek() else { throw unexpected("a value") }
        expected = .separator
        switch byte {
        case UInt8(ascii: "{"): return try begin(.beginObject, isObject: true, .firstKey)
        case UInt8(ascii: "["): return try begin(.beginArray, isObject: false, .firstElement)
        case UInt8(ascii: "]") where isFirst: return close(.endArray)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func begin(
        _ event: Event, isObject: Bool, _ next: Expectation
    ) throws(UserError) -> Event {
        guard open.count < Self.greatestDepth else {
            throw error("objects and arrays stand in each other more than \(Self.greatestDepth) deep")
        }
        at += 1
        open.append(isObject)
        expected = next
        return event
    }

    // MARK: Scalars

    private mutating func word(_ word: StaticString, _ event: Event) throws(UserError) -> Event {
        let end = at + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[at..<end].elementsEqual($0) }) else {
            throw unexpected("a value")
        }
        at = end
        return event
    }

    private mutating func number() throws(UserError) -> String {
        let start = at
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func digits() throws(UserError) {
        let start = at
        while let byte = peek(), byte &- UInt8(ascii: "0") < 10 { at += 1 }
        if at == start { throw unexpected("a value") }
    }

    private mutating func string() throws(UserError) -> String {
        at += 1
        let start = at
        while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { at += 1 }
        var text = Array(bytes[start..<at])
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw error("a string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw unexpected("no control character in a string")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw error("a string has no end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(UserError) {
        at += 1
        guard let byte = peek() else { throw error("a string has no end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar())).utf8)
        default:
            at -= 1
            throw unexpected("an escape")
        }
    }

    /// What `\u` stands for; of two halves of a pair that do not belong together each becomes the replacement character.
    private mutating func scalar() throws(UserError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let behind = at
        if first < 0xdc00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
            let second = try codeUnit()
            if (0xdc00..<0xe000).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
            {
                return scalar
            }
        }
        at = behind
        return "\u{fffd}"
    }

    private mutating func codeUnit() throws(UserError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    // MARK: Bytes

    func peek() -> UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        at += 1
        return true
    }

    mutating func skipBlanks() {
        while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { at += 1 }
    }

    func unexpected(_ expected: String) -> UserError {
        let rest = String(decoding: bytes[min(at, bytes.count)...].prefix(4), as: UTF8.self).unicodeScalars.first
        let found = rest.map { quoted(String(Character($0))) } ?? "the end"
        return error("expected \(expected), found \(found)")
    }

    func error(_ reason: String) -> UserError {
        let before = bytes[..<min(at, bytes.count)]
        let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let begin = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = String(decoding: before[begin...], as: UTF8.self).count + 1
        return UserError("cannot read JSON: \(reason)", at: Place(line: line, column: column))
    }
}
