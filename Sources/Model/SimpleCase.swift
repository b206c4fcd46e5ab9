// Upper and lower case as Go's `strings` has them: one character for one, whatever the language. Swift's own maps the
// sharp s to two letters, for one.

/// A text in lower case.
public func simpleLowercase(_ text: String) -> String {
    mapped(text, ascii: { $0.lowercased() }) { scalar in
        // The only character whose full and simple lower case differ: I with a dot above.
        scalar == "\u{130}" ? "i" : scalar.properties.lowercaseMapping
    }
}

/// A text in upper case.
public func simpleUppercase(_ text: String) -> String {
    mapped(text, ascii: { $0.uppercased() }) { scalar in
        let upper = scalar.properties.uppercaseMapping
        // Greek letters with a iota below become two letters; the simple upper case is then the title case.
        return upper.unicodeScalars.count == 1 ? upper : scalar.properties.titlecaseMapping
    }
}

private func mapped(_ text: String, ascii: (String) -> String, _ map: (Unicode.Scalar) -> String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return ascii(text) }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let image = map(scalar).unicodeScalars
        out.append(image.count == 1 ? image.first ?? scalar : scalar)
    }
    return String(out)
}
