import Glibc
import Model

// Numbers as Go's `fmt` writes them, without padding.

/// A float with a sign always in front, also before NaN: whoever pads it knows which signs to show. Nil when there is no such
/// verb for floats.
func signedFloatText(_ value: Double, verb: Unicode.Scalar, precision: Int?) -> String? {
    let text: String
    switch verb {
    case "v", "g", "G":
        text = precision.map { rounded(value, "g", $0) } ?? formatExpositionValue(value)
    case "e", "E": text = rounded(value, "e", precision ?? 6)
    case "f", "F": text = rounded(value, "f", precision ?? 6)
    default: return nil
    }
    let signed = text.hasPrefix("-") || text.hasPrefix("+") ? text : "+" + text
    return value.isFinite && (verb == "E" || verb == "G") ? signed.uppercased() : signed
}

/// A number of so many digits, rounded correctly, as C and Go do alike.
func rounded(_ value: Double, _ verb: Character, _ precision: Int) -> String {
    if !value.isFinite { return formatExpositionValue(value) }
    // The longest double has 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: max(0, precision) + 330)
    let length = withVaList([CInt(clamping: precision), value]) { arguments in
        vsnprintf(&buffer, buffer.count, "%.*\(verb)", arguments)
    }
    let digits = buffer.prefix(max(0, min(Int(length), buffer.count - 1)))
    return String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The digits of a whole number in the base of a verb, without sign and prefix; nil when the verb is none for whole numbers.
func digits(_ magnitude: UInt64, verb: Unicode.Scalar) -> String? {
    switch verb {
    case "d", "v": String(magnitude)
    case "b": String(magnitude, radix: 2)
    case "o", "O": String(magnitude, radix: 8)
    case "x": String(magnitude, radix: 16)
    case "X": String(magnitude, radix: 16, uppercase: true)
    default: nil
    }
}
