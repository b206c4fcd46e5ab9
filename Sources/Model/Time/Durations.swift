// Durations as Prometheus writes them: 15s, 1h30m, 500ms, 1d, 2w, 1y. All in milliseconds.

private let units: [(name: String, milliseconds: Int64)] = [
    ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
    ("ms", 1),
]

/// Reads a duration such as `1h30m`: whole numbers with units, the larger unit first, each unit once; or `0`.
/// Throws a `UserError` that says what is wrong with the text.
public func parseDuration(_ text: String) throws(UserError) -> Int64 {
    if text == "0" { return 0 }
    if text.isEmpty { throw UserError("cannot read duration: it is empty") }
    let wrong = UserError("cannot read duration \(quoted(text)): expected a form like 15s, 1h30m or 500ms")
    var total: Int64 = 0
    var nextUnit = 0
    var rest = text.utf8[...]
    while !rest.isEmpty {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[digits.endIndex...]
        let letters = rest.prefix { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[letters.endIndex...]
        guard !digits.isEmpty,
            let unit = units.firstIndex(where: { $0.name.utf8.elementsEqual(letters) }), unit >= nextUnit
        else { throw wrong }
        nextUnit = unit + 1
        guard let number = Int64(Substring(digits)) else {
            throw UserError("cannot read duration \(quoted(text)): out of range")
        }
        let (product, tooLarge) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
        let (sum, overflow) = total.addingReportingOverflow(product)
        if tooLarge || overflow { throw UserError("cannot read duration \(quoted(text)): out of range") }
        total = sum
    }
    return total
}

/// Writes a duration the way Prometheus does: `1h30m`, `15s`, `0s`. Years, weeks and days only where they come out even.
public func formatDuration(_ milliseconds: Int64) -> String {
    if milliseconds == 0 { return "0s" }
    var text = milliseconds < 0 ? "-" : ""
    var rest = milliseconds.magnitude
    for unit in units {
        let size = UInt64(unit.milliseconds)
        let evenOnly = unit.milliseconds >= 86_400_000 && unit.name != "d"
        if evenOnly && rest % size != 0 { continue }
        if rest >= size {
            text += "\(rest / size)\(unit.name)"
            rest %= size
        }
    }
    return text
}
