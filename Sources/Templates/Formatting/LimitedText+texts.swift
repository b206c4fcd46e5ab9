import Model

// Texts and characters as Go's `fmt` shows them, by a directive.

extension LimitedText {
    mutating func append(
        _ text: String, _ value: TemplateValue, _ directive: FormatDirective
    ) throws(TemplateFault) {
        switch directive.verb {
        case "v" where directive.showsSyntax: try pad(quotedAsGo(text), directive)
        case "v", "s": try pad(cut(text, directive), directive)
        case "q":
            let text = cut(text, directive)
            if directive.sharp, canStandInBackquotes(text) { return try pad("`\(text)`", directive) }
            try pad(directive.plus ? quotedAsASCII(text) : quotedAsGo(text), directive)
        case "x", "X": try pad(hexadecimal(text, directive), directive)
        default: try append(misfit: value, directive)
        }
    }

    /// Fills up to the width, which counts characters.
    mutating func pad(_ text: String, _ directive: FormatDirective) throws(TemplateFault) {
        let missing = directive.width.map { $0 - text.unicodeScalars.count } ?? 0
        if missing <= 0 { return try append(text) }
        if directive.minus {
            try append(text)
            try append(UInt8(ascii: " "), times: missing)
        } else {
            try append(UInt8(ascii: directive.zero ? "0" : " "), times: missing)
            try append(text)
        }
    }

    /// As many characters as the precision allows.
    private func cut(_ text: String, _ directive: FormatDirective) -> String {
        guard let precision = directive.precision else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
    }

    private func hexadecimal(_ text: String, _ directive: FormatDirective) -> String {
        let bytes = text.utf8.prefix(directive.precision ?? .max)
        let isUpper = directive.verb == "X"
        let prefix = directive.sharp ? (isUpper ? "0X" : "0x") : ""
        var out = ""
        for (index, byte) in bytes.enumerated() {
            if index == 0 || directive.space { out += (index > 0 ? " " : "") + prefix }
            let digits = String(byte, radix: 16, uppercase: isUpper)
            out += byte < 16 ? "0" + digits : digits
        }
        return out
    }
}

/// Whether a text can be written between backquotes.
private func canStandInBackquotes(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        scalar == "\t" || (scalar.value >= 0x20 && scalar != "`" && scalar.value != 0x7f && scalar.value != 0xfeff)
    }
}

/// A text in double quotes with nothing in it but ASCII.
private func quotedAsASCII(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
        if scalar.isASCII {
            out += quotedAsGo(String(Character(scalar))).dropFirst().dropLast()
        } else {
            out += escape(scalar)
        }
    }
    return out + "\""
}

private func escape(_ scalar: Unicode.Scalar) -> String {
    scalar.value < 0x10000 ? "\\u" + hexadecimal(scalar.value, 4) : "\\U" + hexadecimal(scalar.value, 8)
}

private func hexadecimal(_ value: UInt32, _ width: Int, uppercase: Bool = false) -> String {
    let digits = String(value, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

// MARK: Characters by their numbers

/// The character of a number; U+FFFD for what is none.
private func scalar(_ number: Int64) -> Unicode.Scalar {
    UInt32(exactly: number).flatMap { Unicode.Scalar($0) } ?? "\u{fffd}"
}

/// `%c`
func character(_ number: Int64) -> String { String(Character(scalar(number))) }

/// `%q` of a number.
func quotedCharacter(_ number: Int64, onlyASCII: Bool) -> String {
    let scalar = scalar(number)
    if scalar == "'" { return "'\\''" }
    if scalar == "\"" { return "'\"'" }
    if onlyASCII, !scalar.isASCII { return "'\(escape(scalar))'" }
    return "'\(quotedAsGo(String(Character(scalar))).dropFirst().dropLast())'"
}

/// `%U`
func codePoint(_ number: Int64, showsCharacter: Bool) -> String {
    let value = UInt64(bitPattern: number)
    let digits = String(value, radix: 16, uppercase: true)
    let point = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    return showsCharacter && UInt32(exactly: value).flatMap({ Unicode.Scalar($0) }) != nil
        ? "\(point) '\(character(number))'" : point
}
