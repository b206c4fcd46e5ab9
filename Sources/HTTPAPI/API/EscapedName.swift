/// The name of a label that is written in a path. Prometheus's clients escape what a path cannot hold: behind `U__` stand
/// letters, digits and colons for themselves, `__` for an underscore, and `_2e_` for the character of that number. A name
/// that only looks like one of those stays as it is.
func unescapedName(_ text: String) -> String {
    let bytes = Array(text.utf8)
    guard bytes.starts(with: "U__".utf8) else { return text }
    let underscore = UInt8(ascii: "_")
    var name: [UInt8] = []
    var rest = bytes.dropFirst(3)
    while let byte = rest.popFirst() {
        if byte != underscore {
            name.append(byte)
            continue
        }
        guard let end = rest.firstIndex(of: underscore) else { return text }
        let digits = rest[..<end]
        rest = rest[(end + 1)...]
        if digits.isEmpty {
            name.append(underscore)
            continue
        }
        // No sign and no more digits than the last character's number has.
        guard digits.count <= 6, digits.allSatisfy(isHexadecimal),
            let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { return text }
        name.append(contentsOf: String(Character(scalar)).utf8)
    }
    return String(decoding: name, as: UTF8.self)
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"):
        true
    default: false
    }
}
