import Model

private let units: [(names: [String], bytes: Double)] = [
    (["EiB", "EB"], 0x1p60), (["PiB", "PB"], 0x1p50), (["TiB", "TB"], 0x1p40), (["GiB", "GB"], 0x1p30),
    (["MiB", "MB"], 0x1p20), (["KiB", "KB"], 0x1p10), (["B"], 1),
]

/// Reads a size such as `512MB`, `1.5GiB` or `1GiB512MiB`; as with Prometheus every unit is a power of 1024, and `0`
/// needs none.
public func parseSize(_ text: String) throws(UserError) -> Int64 {
    if text == "0" { return 0 }
    let wrong = UserError("cannot read size \(quoted(text)): expected a form like 512MB or 1GiB")
    var total = 0.0
    var rest = text[...]
    while !rest.isEmpty {
        var digits = String(rest.prefix(while: isDigitOrPoint))
        rest = rest.drop(while: isDigitOrPoint)
        let unit = String(rest.prefix { !isDigitOrPoint($0) })
        rest = rest.drop { !isDigitOrPoint($0) }
        guard let number = digits.withUTF8({ readNumber(UnsafeRawBufferPointer($0)) })?.double,
            let size = units.first(where: { $0.names.contains(unit) })
        else { throw wrong }
        total += (number * size.bytes).rounded(.towardZero)
    }
    if text.isEmpty { throw wrong }
    guard let bytes = Int64(exactly: total) else {
        throw UserError("cannot read size \(quoted(text)): out of range")
    }
    return bytes
}

private func isDigitOrPoint(_ character: Character) -> Bool {
    character == "." || ("0"..."9").contains(character)
}
