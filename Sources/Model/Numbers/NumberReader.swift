/// A number as it stands in a text: sign, decimal digits and power of ten, kept exactly.
public struct DecimalNumber: Sendable, Hashable {
    /// Whether a minus sign stands before it (also before zero).
    public var negative: Bool
    /// The digits without leading zeros, as one whole number.
    public var mantissa: UInt64
    /// The power of ten that the mantissa is multiplied by. `readNumber` gives none below -400 or above 308.
    public var exponent: Int

    /// A decimal number.
    @inlinable
    public init(negative: Bool, mantissa: UInt64, exponent: Int) {
        self.negative = negative
        self.mantissa = mantissa
        self.exponent = exponent
    }
}

/// What a token that stands for a value turned out to be.
public enum NumberToken: Sendable {
    /// A decimal number of at most 19 digits, kept as it was written; of a longer one the zeros at its ends are left out.
    case decimal(DecimalNumber)
    /// Any other number: more digits, hexadecimal, infinite or NaN.
    case other(Double)
}

/// Reads a whole token as Go's `strconv.ParseFloat` does: decimal and hexadecimal floats, exponents, `Inf`, `Infinity` and
/// `NaN` in any case, with a sign (not on NaN). Nil when it is no number, and when it is too large for a double. Go's
/// underscores between digits are no part of the exposition formats and are refused.
@inlinable
public func readNumber(_ token: UnsafeRawBufferPointer) -> NumberToken? {
    var at = 0
    let count = token.count
    var negative = false
    if at < count, token[at] == 0x2d || token[at] == 0x2b {
        negative = token[at] == 0x2d
        at += 1
    }
    var mantissa: UInt64 = 0
    let first = at
    while at < count, token[at] &- 0x30 < 10 {
        mantissa = mantissa &* 10 &+ UInt64(token[at] &- 0x30)
        at &+= 1
    }
    var digits = at &- first
    var exponent = 0
    if at < count, token[at] == 0x2e {
        at &+= 1
        let point = at
        while at < count, token[at] &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ UInt64(token[at] &- 0x30)
            at &+= 1
        }
        exponent = point &- at
        digits &-= exponent
    }
    // Nineteen digits fit into the mantissa, whatever they are. With more it may have overflowed and is worth nothing.
    if digits == 0 || digits > 19 || at < count { return readUncommonNumber(token) }
    return .decimal(DecimalNumber(negative: negative, mantissa: mantissa, exponent: exponent))
}

extension DecimalNumber {
    /// The nearest double, exactly as `strtod` gives it.
    @inlinable
    public var double: Double {
        // Both factors are exact below these bounds, so that the one rounding of the operation is the only one.
        if mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            let magnitude = Double(mantissa)
            let scaled = exponent < 0 ? magnitude / powerOfTen(-exponent) : magnitude * powerOfTen(exponent)
            return negative ? -scaled : scaled
        }
        return roundedDouble(self)
    }

    /// This number times a power of ten as a whole number, what is behind the point cut off. Nil when it does not fit.
    public func scaled(byPowerOfTen power: Int) -> Int64? {
        if mantissa == 0 { return 0 }
        let (shift, overflow) = exponent.addingReportingOverflow(power)
        if overflow || shift > 19 { return nil }
        if shift < -19 { return 0 }
        var magnitude = mantissa
        for _ in 0..<shift.magnitude {
            if shift < 0 {
                magnitude /= 10
            } else {
                let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                magnitude = product
            }
        }
        return Int64(exactly: magnitude).map { negative ? -$0 : $0 }
    }
}

extension NumberToken {
    /// The nearest double.
    @inlinable
    public var double: Double {
        switch self {
        case .decimal(let number): number.double
        case .other(let value): value
        }
    }
}

/// 10 to a power from 0 to 22: the ones a double holds exactly.
@inlinable
public func powerOfTen(_ power: Int) -> Double {
    switch power {
    case 0: 1
    case 1: 1e1
    case 2: 1e2
    case 3: 1e3
    case 4: 1e4
    case 5: 1e5
    case 6: 1e6
    case 7: 1e7
    case 8: 1e8
    case 9: 1e9
    case 10: 1e10
    case 11: 1e11
    case 12: 1e12
    case 13: 1e13
    case 14: 1e14
    case 15: 1e15
    case 16: 1e16
    case 17: 1e17
    case 18: 1e18
    case 19: 1e19
    case 20: 1e20
    case 21: 1e21
    default: 1e22
    }
}
