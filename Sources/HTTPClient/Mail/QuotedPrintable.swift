/// A text as quoted-printable of RFC 2045, 6.7: lines of at most 76 characters that end in CRLF, nothing but printable ASCII in
/// them. Every way to end a line counts as one.
func quotedPrintable(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + text.utf8.count / 16)
    var length = 0
    func append(_ piece: [UInt8]) {
        // One place is left for the `=` of a soft break.
        if length + piece.count > 75 {
            out += "=\r\n".utf8
            length = 0
        }
        out += piece
        length += piece.count
    }
    func breakLine() {
        // A blank at the end of a line may be lost on the way.
        if length > 0, let last = out.last, last == 0x20 || last == 0x09 {
            out.removeLast()
            length -= 1
            append(escaped(last))
        }
        out += "\r\n".utf8
        length = 0
    }
    var before: UInt8 = 0
    for byte in text.utf8 {
        switch byte {
        case 0x0A where before == 0x0D: break
        case 0x0A, 0x0D: breakLine()
        case 0x20, 0x09, 0x21...0x3C, 0x3E...0x7E: append([byte])
        default: append(escaped(byte))
        }
        before = byte
    }
    if length > 0 || out.isEmpty { breakLine() }
    return out
}

private func escaped(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
}
