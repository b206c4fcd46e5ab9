// Samples the way Prometheus's API writes them: `[1435781451.781,"1"]`.
extension JSONWriter {
    /// A sample of a series: its time in seconds, with three digits of a fraction or none, and its value as text.
    public mutating func sample(_ timestamp: Int64, _ value: Double) {
        beginArray()
        append { appendSeconds(timestamp, to: &$0) }
        append { appendSampleValue(value, to: &$0) }
        endArray()
    }
}

private func appendSeconds(_ milliseconds: Int64, to bytes: inout [UInt8]) {
    if milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = milliseconds.magnitude
    appendInteger(Int64(magnitude / 1000), to: &bytes)
    let fraction = magnitude % 1000
    if fraction == 0 { return }
    bytes.append(UInt8(ascii: "."))
    for digit in [fraction / 100, fraction / 10 % 10, fraction % 10] {
        bytes.append(UInt8(ascii: "0") + UInt8(digit))
    }
}

/// In quotes, for JSON has no NaN and no infinities. The very small and the very large get an exponent, as Go's JSON has it.
private func appendSampleValue(_ value: Double, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    if value == 0 || !value.isFinite || (1e-6..<1e21).contains(value.magnitude) {
        appendAPIValue(value, to: &bytes)
    } else {
        appendExpositionValue(value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "\""))
}
