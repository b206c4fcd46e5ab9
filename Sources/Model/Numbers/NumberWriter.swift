// Doubles as text the way Go prints them: the shortest digits that read back as the same double.

/// The digits and the decimal exponent of the shortest form: value = 0.d1d2d3… × 10^point.
private func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
    // Swift's description is the shortest form too, as digits, a point, and perhaps an exponent.
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    let text = value.magnitude.description
    for (index, byte) in text.utf8.enumerated() {
        if byte == UInt8(ascii: ".") {
            point = digits.count
        } else if byte == UInt8(ascii: "e") {
            exponent = Int(text.dropFirst(index + 1)) ?? 0
            break
        } else {
            digits.append(byte)
        }
    }
    var place = (point ?? digits.count) + exponent
    let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
    digits.removeFirst(leading)
    place -= leading
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return digits.isEmpty ? ([UInt8(ascii: "0")], 1) : (digits, place)
}

private func special(_ value: Double) -> String? {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : nil
}

/// As the exposition formats print a value: Go's `'g'` with the shortest precision (`1e+06`, `0.001`, `+Inf`).
public func formatExpositionValue(_ value: Double) -> String {
    if let special = special(value) { return special }
    let (digits, point) = shortestDigits(value)
    let sign = value.sign == .minus ? "-" : ""
    // Go's rule for the shortest 'g': an exponent below -4, or of 6 and more.
    let exponent = point - 1
    return exponent < -4 || exponent >= 6 ? sign + scientific(digits, exponent) : sign + positional(digits, point)
}

/// As Prometheus's HTTP API prints a value: Go's `'f'` with the shortest precision (`1000000`, `0.001`, `+Inf`).
public func formatAPIValue(_ value: Double) -> String {
    if let special = special(value) { return special }
    let (digits, point) = shortestDigits(value)
    return (value.sign == .minus ? "-" : "") + positional(digits, point)
}

private func positional(_ digits: [UInt8], _ point: Int) -> String {
    var out: [UInt8] = []
    if point <= 0 {
        out.append(contentsOf: [UInt8(ascii: "0"), UInt8(ascii: ".")])
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: -point))
        out.append(contentsOf: digits)
    } else if point >= digits.count {
        out.append(contentsOf: digits)
        out.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: point - digits.count))
    } else {
        out.append(contentsOf: digits[..<point])
        out.append(UInt8(ascii: "."))
        out.append(contentsOf: digits[point...])
    }
    return String(decoding: out, as: UTF8.self)
}

private func scientific(_ digits: [UInt8], _ exponent: Int) -> String {
    var out: [UInt8] = [digits[0]]
    if digits.count > 1 {
        out.append(UInt8(ascii: "."))
        out.append(contentsOf: digits[1...])
    }
    let magnitude = String(exponent.magnitude)
    return String(decoding: out, as: UTF8.self) + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "")
        + magnitude
}
