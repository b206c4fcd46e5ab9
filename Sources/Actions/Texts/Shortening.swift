// Services refuse what is longer than they like, so it is cut here, between two characters as people see them. What one character
// is to a service nobody says: it is at most one unit of UTF-16, so these are counted.

/// The text, or as much of its beginning as fits with an ellipsis behind it into so many units of UTF-16.
func shortened(_ text: String, to limit: Int) -> String {
    shortened(text, to: limit) { $0.utf16.count }
}

/// The same for so many bytes of UTF-8.
func shortened(_ text: String, toBytes limit: Int) -> String {
    shortened(text, to: limit) { $0.utf8.count }
}

private func shortened(_ text: String, to limit: Int, counting size: (Substring) -> Int) -> String {
    guard let text = beginning(of: text, to: limit, counting: size) else { return text }
    let room = limit - size("…")
    var kept = text.startIndex
    var used = 0
    for index in text.indices {
        let next = text.index(after: index)
        used += size(text[index..<next])
        if used > room { break }
        kept = next
    }
    if kept == text.startIndex {
        // What is one character to people can be a megabyte of accents; it is cut within then.
        used = 0
        for index in text.unicodeScalars.indices {
            let next = text.unicodeScalars.index(after: index)
            used += size(text[index..<next])
            if used > room { break }
            kept = next
        }
    }
    return text[..<kept] + "…"
}

/// Somewhat more than so many units of the beginning of a text; nil when it has no more of them. The rest is not looked at: there may
/// be megabytes of it, and all of that one character.
private func beginning(of text: String, to limit: Int, counting size: (Substring) -> Int) -> String? {
    var used = 0
    var extra = 0
    for index in text.unicodeScalars.indices {
        let next = text.unicodeScalars.index(after: index)
        used += size(text[index..<next])
        if used > limit { extra += 1 }
        // As many parts as the longest characters that mean something have.
        if extra > 16 { return String(text[..<next]) }
    }
    return extra > 0 ? text : nil
}

/// The text on one line: what would end it, and what nobody sees, is a blank.
func onOneLine(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var wasBlank = true
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\u{0}"..."\u{20}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
            if !wasBlank { out.append(" ") }
            wasBlank = true
        default:
            out.append(scalar)
            wasBlank = false
        }
    }
    if out.last == " " { out.removeLast() }
    return String(out)
}
