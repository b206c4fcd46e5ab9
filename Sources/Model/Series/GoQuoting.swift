/// A string in double quotes as Go's `strconv.Quote` writes it, which is how Prometheus shows what it was given.
public func quotedAsGo(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": out += "\\\""
        case "\\": out += "\\\\"
        case "\n": out += "\\n"
        case "\t": out += "\\t"
        case "\r": out += "\\r"
        case "\u{07}": out += "\\a"
        case "\u{08}": out += "\\b"
        case "\u{0b}": out += "\\v"
        case "\u{0c}": out += "\\f"
        case _ where scalar.value < 0x20 || scalar.value == 0x7f: out += "\\x" + hexadecimal(scalar, 2)
        case _ where isPrintable(scalar): out.unicodeScalars.append(scalar)
        case _ where scalar.value < 0x10000: out += "\\u" + hexadecimal(scalar, 4)
        default: out += "\\U" + hexadecimal(scalar, 8)
        }
    }
    return out + "\""
}

private func hexadecimal(_ scalar: Unicode.Scalar, _ width: Int) -> String {
    let digits = String(scalar.value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

/// What leaves a mark on paper, and the one space of ASCII.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return true }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
        .paragraphSeparator:
        false
    default: true
    }
}
