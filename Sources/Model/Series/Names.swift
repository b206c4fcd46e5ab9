// What Prometheus calls legacy names: the ones that need no quotes.

/// Whether a metric's name can be written without quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
public func isLegacyMetricName(_ name: String) -> Bool {
    isName(name, colons: true)
}

/// Whether a label's name can be written without quotes: `[a-zA-Z_][a-zA-Z0-9_]*`.
public func isLegacyLabelName(_ name: String) -> Bool {
    isName(name, colons: false)
}

private func isName(_ name: String, colons: Bool) -> Bool {
    var first = true
    for byte in name.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): break
        case UInt8(ascii: ":"): if !colons { return false }
        case UInt8(ascii: "0")...UInt8(ascii: "9"): if first { return false }
        default: return false
        }
        first = false
    }
    return !first
}

/// A string in double quotes with backslash, quote and newline escaped, as expositions and queries write it.
public func quoted(_ text: String) -> String {
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
        case UInt8(ascii: "\""): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\"")])
        case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
        default: bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
}
