import Model

/// Reads a duration as Go writes them: `1m30s`, `500ms`, `1.5h`, `1h0m0s`, `0`. In milliseconds, rounded; throws what is wrong with
/// the text. It differs from Prometheus's: there are fractions, no unit is larger than an hour, and units stand in any order.
func readGoDuration(_ text: String) throws(UserError) -> Int64 {
    let shown = quoted(String(text.prefix(64)))
    let wrong = UserError("\(shown) is no duration: a form like 1m30s, 500ms or 1.5h is expected")
    var rest = text.utf8[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    if rest.elementsEqual("0".utf8) { return 0 }
    if rest.isEmpty { throw wrong }
    var nanoseconds = 0.0
    while !rest.isEmpty {
        let number = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
        rest = rest[number.endIndex...]
        let letters = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
        rest = rest[letters.endIndex...]
        guard number.contains(where: isDigit), number.filter({ $0 == UInt8(ascii: ".") }).count <= 1 else {
            throw wrong
        }
        if letters.isEmpty { throw UserError("\(shown) is no duration: a unit is missing, as in \(text.prefix(32))s") }
        // A point without digits on one side of it is a number too.
        let whole = number.contains(UInt8(ascii: ".")) ? "0\(Substring(number))0" : String(Substring(number))
        guard let unit = units[Substring(letters)], let value = Double(whole) else { throw wrong }
        nanoseconds += value * unit
    }
    // As far as Go's own durations reach: some 292 years.
    guard nanoseconds < 0x1p63 else { throw UserError("\(shown) is no duration: it is out of range") }
    let milliseconds = Int64((nanoseconds / 1_000_000).rounded())
    return isNegative ? -milliseconds : milliseconds
}

/// Nanoseconds by the unit's name; of the two signs for micro, both.
private let units: [Substring: Double] = [
    "ns": 1, "us": 1000, "\u{b5}s": 1000, "\u{3bc}s": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
    "h": 3_600_000_000_000,
]

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
