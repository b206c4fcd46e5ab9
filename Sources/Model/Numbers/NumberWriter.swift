// Doubles as text the way Go prints them: the shortest digits that read back as the same double.

/// As the exposition formats print a value: Go's `'g'` with the shortest precision (`1e+06`, `0.001`, `+Inf`).
public func formatExpositionValue(_ value: Double) -> String {
    string { appendExpositionValue(value, to: &$0) }
}

/// As Prometheus's HTTP API prints a value: Go's `'f'` with the shortest precision (`1000000`, `0.001`, `+Inf`).
public func formatAPIValue(_ value: Double) -> String {
    string { appendAPIValue(value, to: &$0) }
}

/// As Prometheus's HTTP API prints the values of alerts: Go's `'e'` with the shortest precision (`1e+06`, `1.5e-03`, `+Inf`).
public func formatAlertValue(_ value: Double) -> String {
    string { bytes in
        if appendSpecial(value, to: &bytes) { return }
        if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
        ShortestDigits(value.magnitude).appendScientific(to: &bytes)
    }
}

/// Appends what `formatExpositionValue` gives.
public func appendExpositionValue(_ value: Double, to bytes: inout [UInt8]) {
    if appendSpecial(value, to: &bytes) { return }
    let digits = ShortestDigits(value.magnitude)
    if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    // Go's rule for the shortest 'g': an exponent below -4, or of 6 and more.
    let exponent = digits.point - 1
    if exponent < -4 || exponent >= 6 {
        digits.appendScientific(to: &bytes)
    } else {
        digits.appendPositional(to: &bytes)
    }
}

/// Appends what `formatAPIValue` gives.
public func appendAPIValue(_ value: Double, to bytes: inout [UInt8]) {
    if appendSpecial(value, to: &bytes) { return }
    if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    ShortestDigits(value.magnitude).appendPositional(to: &bytes)
}

/// Appends a whole number.
public func appendInteger(_ number: Int64, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    ShortestDigits(whole: number.magnitude).appendPositional(to: &bytes)
}

private func appendSpecial(_ value: Double, to bytes: inout [UInt8]) -> Bool {
    if value.isFinite { return false }
    bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8)
    return true
}

private func string(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
}
