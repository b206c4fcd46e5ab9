import Model

// Literals as Go writes them.

/// A number: a whole one unless it has a point or an exponent. Nil when it is none, or too large.
func numberLiteral(_ text: String) -> TemplateValue? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : Substring(text)
    let lower = digits.lowercased()
    let isHexadecimal = lower.hasPrefix("0x")
    let isWhole = !lower.contains(".") && !lower.contains("p") && (isHexadecimal || !lower.contains("e"))
    guard isWhole else {
        guard let first = lower.utf8.first, first &- UInt8(ascii: "0") < 10 || first == UInt8(ascii: ".") else {
            return nil
        }
        return readFloat(text).map { .number($0) }
    }
    let (radix, prefix) = radix(of: lower)
    guard let plain = withoutUnderscores(lower.dropFirst(prefix), isPrefixed: prefix > 0), !plain.isEmpty,
        plain.utf8.first != UInt8(ascii: "+"), plain.utf8.first != UInt8(ascii: "-")
    else { return nil }
    return Int64((isNegative ? "-" : "") + plain, radix: radix).map { .integer($0) }
}

private func radix(of digits: String) -> (radix: Int, prefix: Int) {
    if digits.hasPrefix("0x") { return (16, 2) }
    if digits.hasPrefix("0b") { return (2, 2) }
    if digits.hasPrefix("0o") { return (8, 2) }
    return digits.hasPrefix("0") && digits.utf8.count > 1 ? (8, 1) : (10, 0)
}

/// Digits without the underscores between them; nil when one stands elsewhere.
private func withoutUnderscores(_ digits: Substring, isPrefixed: Bool) -> String? {
    var plain = ""
    var canFollow = isPrefixed
    for character in digits {
        if character == "_" {
            if !canFollow { return nil }
            canFollow = false
        } else {
            plain.append(character)
            canFollow = true
        }
    }
    return canFollow || digits.isEmpty ? plain : nil
}

/// What stands between double quotes.
func textLiteral(_ bytes: ArraySlice<UInt8>, quote: UInt8) throws(TemplateFault) -> String {
    var out: [UInt8] = []
    var rest = bytes
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\\") { try escape(&rest, quote, into: &out) } else { out.append(byte) }
    }
    return String(decoding: out, as: UTF8.self)
}

/// The number of the one character that stands between single quotes.
func characterLiteral(_ bytes: ArraySlice<UInt8>) throws(TemplateFault) -> Int64 {
    let text = try textLiteral(bytes, quote: UInt8(ascii: "'"))
    guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw TemplateFault("one character must stand between single quotes")
    }
    return Int64(scalar.value)
}

private func escape(
    _ rest: inout ArraySlice<UInt8>, _ quote: UInt8, into out: inout [UInt8]
) throws(TemplateFault) {
    guard let byte = rest.popFirst() else { throw TemplateFault("the escape sequence is not finished") }
    switch byte {
    case UInt8(ascii: "a"): out.append(0x07)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0c)
    case UInt8(ascii: "n"): out.append(0x0a)
    case UInt8(ascii: "r"): out.append(0x0d)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "v"): out.append(0x0b)
    case UInt8(ascii: "\\"), quote: out.append(byte)
    case UInt8(ascii: "x"): out.append(UInt8(truncatingIfNeeded: try digits(&rest, 2, radix: 16)))
    case UInt8(ascii: "u"): try append(try digits(&rest, 4, radix: 16), to: &out)
    case UInt8(ascii: "U"): try append(try digits(&rest, 8, radix: 16), to: &out)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
        let first = UInt32(byte - UInt8(ascii: "0")) * 64
        guard let value = UInt8(exactly: first + (try digits(&rest, 2, radix: 8))) else {
            throw TemplateFault("the escape sequence stands for no byte")
        }
        out.append(value)
    default: throw TemplateFault("unknown escape sequence \\\(String(decoding: [byte], as: UTF8.self))")
    }
}

private func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int, radix: UInt32) throws(TemplateFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
        guard let byte = rest.popFirst(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix
        else {
            throw TemplateFault("\(count) digits must follow in the escape sequence")
        }
        value = value &* radix &+ UInt32(digit)
    }
    return value
}

private func append(_ value: UInt32, to out: inout [UInt8]) throws(TemplateFault) {
    guard let scalar = Unicode.Scalar(value) else { throw TemplateFault("the escape sequence stands for no character") }
    out.append(contentsOf: String(Character(scalar)).utf8)
}
