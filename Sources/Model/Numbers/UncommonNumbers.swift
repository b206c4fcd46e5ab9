import Glibc

// The forms of numbers that are too rare for `readNumber` itself. None of them makes a string.

/// Reads what `readNumber` could not finish: an exponent, more than 19 digits, a name, a hexadecimal float, or no number.
@usableFromInline
func readUncommonNumber(_ token: UnsafeRawBufferPointer) -> NumberToken? {
    guard let sign = token.first else { return nil }
    let negative = sign == UInt8(ascii: "-")
    let signed = negative || sign == UInt8(ascii: "+")
    let from = signed ? 1 : 0
    guard from < token.count else { return nil }
    let first = token[from]
    if isDigit(first), from + 1 < token.count, token[from + 1] | 0x20 == UInt8(ascii: "x") {
        let isHexadecimal = first == UInt8(ascii: "0") && isHexadecimalFloat(token[(from + 2)...])
        return isHexadecimal ? finite(readByLibrary(token)) : nil
    }
    if isDigit(first) || first == UInt8(ascii: ".") {
        return readLongDecimal(token, from: from, negative: negative)
    }
    let word = token[from...]
    if isWord(word, "inf") || isWord(word, "infinity") { return .other(negative ? -.infinity : .infinity) }
    return !signed && isWord(word, "nan") ? .other(.nan) : nil
}

private func isWord(_ bytes: Slice<UnsafeRawBufferPointer>, _ word: StaticString) -> Bool {
    bytes.count == word.utf8CodeUnitCount
        && zip(bytes, UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)).allSatisfy {
            $0 | 0x20 == $1
        }
}

/// Whether the bytes behind `0x` are digits with perhaps a point, and the exponent that Go insists on.
private func isHexadecimalFloat(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    var rest = bytes
    let whole = rest.prefix(while: isHexadecimalDigit)
    rest = rest[whole.endIndex...]
    var digits = whole.count
    if rest.first == UInt8(ascii: ".") {
        let fraction = rest.dropFirst().prefix(while: isHexadecimalDigit)
        rest = rest[fraction.endIndex...]
        digits += fraction.count
    }
    guard digits > 0, let letter = rest.first, letter | 0x20 == UInt8(ascii: "p") else { return false }
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(isDigit)
}

private func isHexadecimalDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 }

private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

/// Decimal digits with any number of them, a point and an exponent, from behind the sign.
private func readLongDecimal(_ token: UnsafeRawBufferPointer, from: Int, negative: Bool) -> NumberToken? {
    var mantissa: UInt64 = 0
    var significant = 0
    var exponent = 0
    var digits = 0
    var lost = false
    var pastPoint = false
    var at = from
    while at < token.count {
        let byte = token[at]
        if isDigit(byte) {
            digits += 1
            if significant < 19 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 0x30)
                if mantissa != 0 { significant += 1 }
                if pastPoint { exponent -= 1 }
            } else {
                // The digits from the twentieth on are only counted; whether one of them was not 0 matters below.
                if byte != UInt8(ascii: "0") { lost = true }
                if !pastPoint { exponent += 1 }
            }
        } else if byte == UInt8(ascii: "."), !pastPoint {
            pastPoint = true
        } else {
            break
        }
        at += 1
    }
    guard digits > 0 else { return nil }
    if at < token.count {
        guard token[at] | 0x20 == UInt8(ascii: "e"), let power = readExponent(token, from: at + 1) else { return nil }
        exponent += power
    }
    // Zero whatever the power is, and what is nearer to zero than to any double: no exponent runs away.
    if mantissa == 0 || exponent < -400 { return .other(negative ? -0.0 : 0) }
    let number = DecimalNumber(negative: negative, mantissa: mantissa, exponent: exponent)
    if !lost { return exponent < 289 || number.double.isFinite ? .decimal(number) : nil }
    // Between the two mantissas that enclose it lies the number: when both round to the same double, so does it.
    if let below = eiselLemire(mantissa, exponent), let above = eiselLemire(mantissa + 1, exponent), below == above {
        return .other(negative ? -below : below)
    }
    return finite(readByLibrary(token))
}

private func readExponent(_ token: UnsafeRawBufferPointer, from: Int) -> Int? {
    var at = from
    guard at < token.count else { return nil }
    let down = token[at] == UInt8(ascii: "-")
    if down || token[at] == UInt8(ascii: "+") { at += 1 }
    guard at < token.count else { return nil }
    var power = 0
    while at < token.count {
        guard isDigit(token[at]) else { return nil }
        // Far beyond every double, however many digits stand before it; and far from overflowing.
        if power < 1_000_000_000_000 { power = power * 10 + Int(token[at] &- 0x30) }
        at += 1
    }
    return down ? -power : power
}

/// Go calls a number that is too large for a double out of range.
private func finite(_ value: Double?) -> NumberToken? {
    guard let value, value.isFinite else { return nil }
    return .other(value)
}

/// `strtod` for a token that is known to be a number of its kind.
private func readByLibrary(_ token: UnsafeRawBufferPointer) -> Double? {
    withUnsafeTemporaryAllocation(byteCount: token.count + 1, alignment: 1) { copy in
        copy.copyMemory(from: token)
        copy[token.count] = 0
        let text = copy.bindMemory(to: CChar.self)
        return text.baseAddress.map { strtod($0, nil) }
    }
}

/// The nearest double of a decimal number, when the simple way is not exact.
@usableFromInline
func roundedDouble(_ number: DecimalNumber) -> Double {
    let magnitude = eiselLemire(number.mantissa, number.exponent) ?? libraryDouble(number.mantissa, number.exponent)
    return number.negative ? -magnitude : magnitude
}

private func libraryDouble(_ mantissa: UInt64, _ exponent: Int) -> Double {
    // No double is reached from outside these bounds, and `strtod` sees a short text.
    let power = min(max(exponent, -400), 400)
    var text = InlineArray<32, CChar>(repeating: 0)
    var at = 31
    func put(_ byte: UInt8) {
        at -= 1
        text[at] = CChar(bitPattern: byte)
    }
    func putDigits(_ number: UInt64) {
        var rest = number
        repeat {
            put(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
    }
    putDigits(UInt64(power.magnitude))
    if power < 0 { put(UInt8(ascii: "-")) }
    put(UInt8(ascii: "e"))
    putDigits(mantissa)
    return text.span.withUnsafeBufferPointer { characters in
        characters.baseAddress.map { strtod($0 + at, nil) } ?? 0
    }
}
