// Texts in headers of a mail: ASCII as it is, everything else in the encoded words of RFC 2047. ntfy reads these in headers of
// HTTP too.

/// A text without control characters as it stands in a header: as it is where it is ASCII and can be folded, else as encoded
/// words with blanks between them.
public func headerText(_ text: String) -> String {
    var longest = 0
    var length = 0
    // A line is broken before a run of blanks: that and the word behind it stay together.
    var wasBlank = false
    for byte in text.utf8 {
        guard (0x20...0x7E).contains(byte) else { return encodedWords(text) }
        if byte == 0x20, !wasBlank { length = 0 }
        wasBlank = byte == 0x20
        length += 1
        longest = max(longest, length)
    }
    let looksEncoded = text.contains("=?")
    let hasBlankEnds = text.utf8.first == 0x20 || text.utf8.last == 0x20
    return longest > 60 || looksEncoded || hasBlankEnds ? encodedWords(text) : text
}

/// The text as encoded words, no character split between two. Each has room on a line beside the name of a header.
func encodedWords(_ text: String) -> String {
    var words: [String] = []
    var piece: [UInt8] = []
    func finish() {
        if !piece.isEmpty { words.append("=?UTF-8?B?\(base64(piece))?=") }
        piece.removeAll(keepingCapacity: true)
    }
    for scalar in text.unicodeScalars {
        let bytes = Array(String(Character(scalar)).utf8)
        // 39 bytes are 52 letters, and 12 stand around them.
        if piece.count + bytes.count > 39 { finish() }
        piece += bytes
    }
    finish()
    return words.joined(separator: " ")
}

/// A header line, broken before blanks so that no line has more than 76 characters where that can be had.
func foldedHeader(_ name: String, _ value: String) -> String {
    var out = "\(name):"
    var length = out.utf8.count
    for word in value.split(separator: " ", omittingEmptySubsequences: true) {
        if length + 1 + word.utf8.count > 76, length > name.utf8.count + 1 {
            out += "\r\n"
            length = 0
        }
        out += " \(word)"
        length += 1 + word.utf8.count
    }
    return out + "\r\n"
}

/// Base64 as RFC 4648 has it.
private func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let group = rest.prefix(3)
        rest = rest.dropFirst(3)
        var bits: UInt32 = 0
        for byte in group { bits = bits << 8 | UInt32(byte) }
        bits <<= UInt32(8 * (3 - group.count))
        for place in 0...group.count { out.append(letters[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
        out += [UInt8](repeating: UInt8(ascii: "="), count: 3 - group.count)
    }
    return String(decoding: out, as: UTF8.self)
}
