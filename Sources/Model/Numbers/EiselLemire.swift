/// The double nearest to mantissa × 10^exponent, by one or two multiplications of 64 bits; nil in the rare case that they
/// do not decide it, and outside the table of powers.
///
/// The algorithm of Michael Eisel and Daniel Lemire (D. Lemire, "Number Parsing at a Gigabyte per Second", 2021,
/// https://arxiv.org/abs/2101.11408). The table holds powers of five cut off at 128 bits; what was cut off can only raise
/// the product by less than one mantissa, and every step below in which that could carry into the result gives up.
func eiselLemire(_ mantissa: UInt64, _ exponent: Int) -> Double? {
    if mantissa == 0 { return 0 }
    guard powersOfFiveRange.contains(exponent) else { return nil }
    let entry = (exponent - powersOfFiveRange.lowerBound) * 2
    let powerHigh = powersOfFive[entry]
    let powerLow = powersOfFive[entry + 1]

    let leadingZeros = mantissa.leadingZeroBitCount
    let normalized = mantissa << UInt64(leadingZeros)
    // 217706 / 2^16 is log2(10), near enough for the floor to be right over the whole range of doubles.
    var binaryExponent = (217_706 * exponent) >> 16 + 64 + 1023 - leadingZeros

    var (high, low) = normalized.multipliedFullWidth(by: powerHigh)
    if high & 0x1ff == 0x1ff, low &+ normalized < normalized {
        // The bits kept hang on a carry from below: take the lower word of the power in too.
        let (middle, bottom) = normalized.multipliedFullWidth(by: powerLow)
        let sum = low &+ middle
        let carried = sum < low ? high &+ 1 : high
        if carried & 0x1ff == 0x1ff, sum == .max, bottom &+ normalized < normalized { return nil }
        high = carried
        low = sum
    }

    // 54 bits: the 53 of a double and one to round by.
    let top = high >> 63
    var bits = high >> (top + 9)
    binaryExponent -= Int(1 ^ top)
    // Just half way, as far as can be seen: whether to round down to even or up is not known.
    if low == 0, high & 0x1ff == 0, bits & 3 == 1 { return nil }
    bits = (bits + (bits & 1)) >> 1
    if bits >> 53 > 0 {
        bits >>= 1
        binaryExponent += 1
    }
    // Subnormal or out of range: cannot happen with the table's powers, but costs nothing to be sure of.
    guard binaryExponent > 0, binaryExponent < 0x7ff else { return nil }
    return Double(bitPattern: UInt64(binaryExponent) << 52 | bits & 0x000f_ffff_ffff_ffff)
}
