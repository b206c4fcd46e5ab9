import Model

/// A stored value, as the file holds it: exactly what was scraped, in a form that SQL can compute with.
///
/// An element of a JSON array in the file is a whole number up to 2^53; or a string: a decimal number with its point
/// ("12.34"), a whole number times a power of two ("7205759403792795p-53") where a decimal would not be exact, or one of
/// "NaN", "+Inf", "-Inf", "-0" and "stale". `null` stands where there is no sample.
struct Element: Equatable {
    /// The whole number; 0 where the tag says all.
    var mantissa: Int64
    /// What the mantissa means.
    var tag: Tag

    /// 0 to 22: mantissa / 10^tag. From 1126 on: mantissa × 2^(tag − 2200). Below zero: no mantissa.
    typealias Tag = Int16

    static let absent: Tag = -1
    static let nan: Tag = -2
    static let positiveInfinity: Tag = -3
    static let negativeInfinity: Tag = -4
    static let stale: Tag = -5
    static let negativeZero: Tag = -6
    /// Added to a binary exponent to make a tag.
    static let binaryBias = 2200
    /// The largest power of ten that a double holds exactly.
    static let largestScale: Tag = 22
    /// The whole numbers that doubles hold exactly.
    static let largestMantissa: Int64 = 1 << 53

    static let missing = Element(mantissa: 0, tag: absent)

    /// The element of a double, in decimal where that is exact.
    init(_ value: Double) {
        if value.isNaN {
            self.init(mantissa: 0, tag: isStale(value) ? Element.stale : Element.nan)
        } else if value.isInfinite {
            self.init(mantissa: 0, tag: value > 0 ? Element.positiveInfinity : Element.negativeInfinity)
        } else if value.magnitude <= 0x1p53, let whole = Int64(exactly: value) {
            self.init(mantissa: whole, tag: whole == 0 && value.sign == .minus ? Element.negativeZero : 0)
        } else {
            // The shortest decimal that reads back as this double, if it is one that SQL can divide out exactly.
            var text = formatExpositionValue(value)
            let token = text.withUTF8 { readNumber(UnsafeRawBufferPointer($0)) }
            if case .decimal(let number) = token, let element = Element(exactly: number) {
                self = element
            } else {
                self.init(binary: value)
            }
        }
    }

    /// The element of a number as it was read.
    init(_ token: NumberToken) {
        switch token {
        case .decimal(let number): self = Element(exactly: number) ?? Element(number.double)
        case .other(let value): self.init(value)
        }
    }

    /// The decimal number itself, when its parts are small enough that their quotient is exact.
    init?(exactly number: DecimalNumber) {
        var mantissa = number.mantissa
        var exponent = number.exponent
        if mantissa == 0 {
            self.init(mantissa: 0, tag: number.negative ? Element.negativeZero : 0)
            return
        }
        while exponent < 0, mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        while exponent > 0 {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow || product > 1 << 53 { return nil }
            mantissa = product
            exponent -= 1
        }
        guard mantissa <= 1 << 53, exponent >= -22 else { return nil }
        self.init(mantissa: number.negative ? -Int64(mantissa) : Int64(mantissa), tag: Int16(-exponent))
    }

    /// A finite double as a whole number times a power of two.
    init(binary value: Double) {
        let fraction = Int64(value.significandBitPattern)
        let subnormal = value.exponentBitPattern == 0
        var mantissa = subnormal ? fraction : fraction | 1 << 52
        var exponent = (subnormal ? 1 : Int(value.exponentBitPattern)) - 1075
        if mantissa != 0 {
            let zeros = mantissa.trailingZeroBitCount
            mantissa >>= zeros
            exponent += zeros
        }
        self.init(mantissa: value.sign == .minus ? -mantissa : mantissa, tag: Int16(exponent + Element.binaryBias))
    }

    @inline(__always)
    init(mantissa: Int64, tag: Tag) {
        self.mantissa = mantissa
        self.tag = tag
    }

    /// The double that was stored, to the bit; nil where there is no sample.
    var double: Double? {
        switch tag {
        case 0: Double(mantissa)
        case 1...Element.largestScale: Double(mantissa) / powerOfTen(Int(tag))
        case Element.absent: nil
        case Element.nan: .nan
        case Element.positiveInfinity: .infinity
        case Element.negativeInfinity: -.infinity
        case Element.stale: staleMarker
        case Element.negativeZero: -0.0
        default: Double(sign: .plus, exponent: Int(tag) - Element.binaryBias, significand: Double(mantissa))
        }
    }
}
