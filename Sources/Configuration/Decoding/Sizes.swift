import Model

private let units: [(names: [String], bytes: Double)] = [
    (["EiB", "EB"], 0x1p60), (["PiB", "PB"], 0x1p50), (["TiB", "TB"], 0x1p40), (["GiB", "GB"], 0x1p30),
    (["MiB", "MB"], 0x1p20), (["KiB", "KB"], 0x1p10), (["B"], 1),
]

/// Reads a size such as `512MB` or `1.5GiB`; as with Prometheus every unit is a power of 1024, and `0` needs none.
public func parseSize(_ text: String) throws(UserError) -> Int64 {
    if text == "0" { return 0 }
    let wrong = UserError("cannot read size \(quoted(text)): expected a form like 512MB or 1GiB")
    var digits = String(text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") })
    let unit = text.dropFirst(digits.count)
    guard !digits.isEmpty, let size = units.first(where: { $0.names.contains(String(unit)) }) else { throw wrong }
    guard let number = digits.withUTF8({ readNumber(UnsafeRawBufferPointer($0)) })?.double else { throw wrong }
    guard let bytes = Int64(exactly: (number * size.bytes).rounded(.towardZero)) else {
        throw UserError("cannot read size \(quoted(text)): out of range")
    }
    return bytes
}
