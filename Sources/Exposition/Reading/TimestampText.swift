import Model

extension ExpositionFormat {
    /// Reads the token of a timestamp in this form as milliseconds: they are whole milliseconds in the text format, and
    /// seconds with a fraction in OpenMetrics. What is finer than a millisecond is cut off. Nil when it is no timestamp.
    public func readTimestamp(_ token: UnsafeRawBufferPointer) -> Int64? {
        self == .text ? readMilliseconds(token) : readSeconds(token)
    }
}

/// Digits alone: Prometheus takes no sign.
private func readMilliseconds(_ token: UnsafeRawBufferPointer) -> Int64? {
    var milliseconds: Int64 = 0
    for byte in token {
        guard byte &- 0x30 < 10 else { return nil }
        let (product, tooLarge) = milliseconds.multipliedReportingOverflow(by: 10)
        let (sum, overflow) = product.addingReportingOverflow(Int64(byte &- 0x30))
        if tooLarge || overflow { return nil }
        milliseconds = sum
    }
    return token.isEmpty ? nil : milliseconds
}

/// Any finite number. One that is too large for milliseconds becomes the outermost there are, as far in the future or past
/// as whoever judges times needs to know. (Prometheus multiplies doubles here; the decimal itself is exact.)
private func readSeconds(_ token: UnsafeRawBufferPointer) -> Int64? {
    switch readNumber(token) {
    case .decimal(let number):
        return number.scaled(byPowerOfTen: 3) ?? (number.negative ? .min : .max)
    case .other(let seconds):
        guard seconds.isFinite else { return nil }
        return Int64(exactly: (seconds * 1000).rounded(.towardZero)) ?? (seconds < 0 ? .min : .max)
    case nil:
        return nil
    }
}
