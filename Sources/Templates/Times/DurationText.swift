// Lengths of time as Go writes and reckons them: `1h2m3.5s`, `1.5ms`, `0s`.

/// A duration in nanoseconds as text.
func durationText(_ nanoseconds: Int64) -> String {
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    switch magnitude {
    case 0: return "0s"
    case ..<1000: return "\(sign)\(magnitude)ns"
    case ..<1_000_000: return sign + decimal(magnitude, places: 3) + "µs"
    case ..<1_000_000_000: return sign + decimal(magnitude, places: 6) + "ms"
    default:
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, places: 9) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }
}

/// A number divided by a power of ten, without zeros at its end.
private func decimal(_ number: UInt64, places: Int) -> String {
    var digits = String(number)
    digits = String(repeating: "0", count: max(0, places + 1 - digits.utf8.count)) + digits
    let whole = digits.dropLast(places)
    var fraction = digits.suffix(places)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
}

/// How many units a duration has. The whole ones are reckoned apart, as in Go: that decides the last digit.
func quotient(_ nanoseconds: Int64, _ unit: Int64) -> Double {
    Double(nanoseconds / unit) + Double(nanoseconds % unit) / Double(unit)
}
