/// The bytes that a text in base 64 stands for, padded or not; nil when it is broken.
public func decodedBase64(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var collected: UInt32 = 0
    var bits = 0
    var digits = 0
    var padding = 0
    for byte in text {
        if byte == UInt8(ascii: "=") {
            padding += 1
            continue
        }
        guard padding == 0, let digit = base64Digit(byte) else { return nil }
        digits += 1
        collected = collected << 6 | digit
        bits += 6
        if bits >= 8 {
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: collected >> UInt32(bits)))
        }
    }
    let complete = digits % 4 == 0 ? padding == 0 : digits % 4 != 1 && (padding == 0 || padding == 4 - digits % 4)
    return complete ? bytes : nil
}

private func base64Digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}

/// Bytes as text in base 64, padded.
public func encodedBase64(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var collected: UInt32 = 0
    var count = 0
    func add(_ places: Int) {
        for place in 0..<places { text.append(digits[Int(collected >> UInt32(18 - 6 * place) & 63)]) }
    }
    for byte in bytes {
        collected |= UInt32(byte) << UInt32(16 - 8 * count)
        count += 1
        if count == 3 {
            add(4)
            collected = 0
            count = 0
        }
    }
    if count > 0 {
        add(count + 1)
        text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - count))
    }
    return String(decoding: text, as: UTF8.self)
}
