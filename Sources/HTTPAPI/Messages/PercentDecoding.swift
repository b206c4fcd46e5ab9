import Model

/// Undoes percent-encoding, once. Throws when an escape is broken or what comes out is no UTF-8.
func percentDecoded(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) throws(UserError) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
        let byte = text[at]
        text.formIndex(after: &at)
        if byte == UInt8(ascii: "+"), plusIsSpace {
            bytes.append(UInt8(ascii: " "))
        } else if byte == UInt8(ascii: "%") {
            guard let high = hexadecimalDigit(text, &at), let low = hexadecimalDigit(text, &at) else {
                throw UserError("cannot decode URL: '%' without two hexadecimal digits behind it")
            }
            bytes.append(high << 4 | low)
        } else {
            bytes.append(byte)
        }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else {
        throw UserError("cannot decode URL: it is not valid UTF-8")
    }
    return decoded
}

private func hexadecimalDigit<Text: Collection<UInt8>>(_ text: Text, _ at: inout Text.Index) -> UInt8? {
    guard at < text.endIndex else { return nil }
    let byte = text[at]
    text.formIndex(after: &at)
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
    default: return nil
    }
}
