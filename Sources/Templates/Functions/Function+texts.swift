import Model

extension Function {
    /// What makes texts of values and of texts.
    static let texts = [
        Function("print", 0...any) { (_, given) throws(TemplateFault) in .text(try printed(given)) },
        Function("println", 0...any) { (_, given) throws(TemplateFault) in
            var out = LimitedText()
            for (index, value) in given.enumerated() {
                if index > 0 { try out.append(" ") }
                try out.append(shown: value)
            }
            try out.append("\n")
            return .text(out.text)
        },
        Function("printf", 1...any) { (_, given) throws(TemplateFault) in
            var out = LimitedText()
            var reader = FormatReader(try text(given[0]), Array(given.dropFirst()))
            try reader.write(to: &out)
            return .text(out.text)
        },
        Function("toUpper", 1) { (_, given) throws(TemplateFault) in .text(simpleUppercase(try text(given[0]))) },
        Function("toLower", 1) { (_, given) throws(TemplateFault) in .text(simpleLowercase(try text(given[0]))) },
        Function("title", 1) { (_, given) throws(TemplateFault) in .text(titleCase(try text(given[0]))) },
        Function("trimSpace", 1) { (_, given) throws(TemplateFault) in .text(trimmed(try text(given[0]))) },
        Function("join", 2) { (_, given) throws(TemplateFault) in
            .text(try joined(try list(given[1]), by: try text(given[0])))
        },
    ]
}

/// Values as `print` shows them.
func printed(_ values: [TemplateValue]) throws(TemplateFault) -> String {
    if values.count == 1, case .text(let text) = values[0] { return text }
    var out = LimitedText()
    try out.append(printed: values)
    return out.text
}

/// Texts with a separator between them.
func joined(_ elements: [TemplateValue], by separator: String) throws(TemplateFault) -> String {
    var out = LimitedText()
    for (index, element) in elements.enumerated() {
        if index > 0 { try out.append(separator) }
        try out.append(try text(element))
    }
    return out.text
}

private func trimmed(_ text: String) -> String {
    let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
    var scalars = text.unicodeScalars.drop(while: isSpace)
    while let last = scalars.last, isSpace(last) { scalars.removeLast() }
    return String(scalars)
}

/// A text with the first letter of every word as a capital; the others stay as they are.
private func titleCase(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var isInWord = false
    var isBehindJoint = false
    for scalar in text.unicodeScalars {
        let kind = WordPart(scalar)
        if kind == .gap || (kind == .joint && isBehindJoint) { isInWord = false }
        isBehindJoint = kind == .joint
        if kind == .letter, scalar.properties.isCased {
            out.append(contentsOf: isInWord ? [scalar] : Array(scalar.properties.titlecaseMapping.unicodeScalars))
            isInWord = true
        } else {
            out.append(scalar)
        }
    }
    return String(out)
}

/// What a character does to the word it stands in.
private enum WordPart {
    case letter
    /// Part of a word between its letters only, as the apostrophe of `don't`.
    case joint
    case gap

    init(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "_": self = .letter
        case "'", ".", ":", "\u{b7}", "\u{387}", "\u{2018}", "\u{2019}", "\u{2024}", "\u{2027}", "\u{fe52}", "\u{ff07}",
            "\u{ff0e}":
            self = .joint
        default:
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
                .letterNumber, .nonspacingMark, .spacingMark, .enclosingMark, .connectorPunctuation, .format:
                self = .letter
            default: self = .gap
            }
        }
    }
}
