import Glibc
import Model

/// The most bytes that one element takes, whatever it was made from, unless it is copied from a longer token.
let longestElement = 32

/// Writes the element of a scraped number token at `out` and returns its length; 0 when the token is no number.
/// There must be room for the token's length + 2 bytes, and for `longestElement`.
@inline(__always)
func writeElement(of token: UnsafeRawBufferPointer, at out: UnsafeMutablePointer<UInt8>) -> Int {
    // Nearly every value is a short run of digits, perhaps with one point: such a token is its own element.
    let count = token.count
    guard let start = token.baseAddress?.assumingMemoryBound(to: UInt8.self), count <= 16 else {
        return writeUncommonElement(of: token, at: out)
    }
    var at = 0
    while at < count, start[at] &- 0x30 < 10 { at += 1 }
    if at == count {
        // 15 digits are below 2^53. A leading zero is no JSON number.
        guard count > 0, count < 16, start[0] != 0x30 || count == 1 else {
            return writeUncommonElement(of: token, at: out)
        }
        memcpy(out, start, count)
        return count
    }
    guard at > 0, start[at] == 0x2e else { return writeUncommonElement(of: token, at: out) }
    let point = at
    at += 1
    while at < count, start[at] &- 0x30 < 10 { at += 1 }
    // A trailing zero would be a second spelling of the same number.
    guard at == count, count > point + 1, start[count - 1] != 0x30, start[0] != 0x30 || point == 1 else {
        return writeUncommonElement(of: token, at: out)
    }
    out[0] = 0x22
    memcpy(out + 1, start, count)
    out[count + 1] = 0x22
    return count + 2
}

@inline(never)
private func writeUncommonElement(of token: UnsafeRawBufferPointer, at out: UnsafeMutablePointer<UInt8>) -> Int {
    guard let number = readNumber(token) else { return 0 }
    return write(Element(number), at: out)
}

/// Writes an element at `out`, where `longestElement` bytes have room; returns its length.
func write(_ element: Element, at out: UnsafeMutablePointer<UInt8>) -> Int {
    switch element.tag {
    case 0: return write(element.mantissa, at: out)
    case Element.absent: return copy("null", to: out)
    case Element.nan: return copy("\"NaN\"", to: out)
    case Element.positiveInfinity: return copy("\"+Inf\"", to: out)
    case Element.negativeInfinity: return copy("\"-Inf\"", to: out)
    case Element.stale: return copy("\"stale\"", to: out)
    case Element.negativeZero: return copy("\"-0\"", to: out)
    case 1...Element.largestScale: return writeDecimal(element, at: out)
    default:
        out[0] = 0x22
        var at = 1 + write(element.mantissa, at: out + 1)
        out[at] = UInt8(ascii: "p")
        at += 1
        at += write(Int64(element.tag) - Int64(Element.binaryBias), at: out + at)
        out[at] = 0x22
        return at + 1
    }
}

/// Writes elements as an array at `out`, where there is room for 2 bytes and for each `longestElement` and one; returns its
/// length.
func writeArray(_ elements: ArraySlice<Element>, at out: UnsafeMutablePointer<UInt8>) -> Int {
    var at = 1
    out[0] = 0x5b
    for element in elements {
        if at > 1 {
            out[at] = 0x2c
            at += 1
        }
        at += write(element, at: out + at)
    }
    out[at] = 0x5d
    return at + 1
}

/// Writes an element that is a whole number as a string ("5."), so that it is not taken for a difference.
func writeAbsolute(_ element: Element, at out: UnsafeMutablePointer<UInt8>) -> Int {
    element.tag == 0 ? writeDecimal(element, at: out) : write(element, at: out)
}

/// `"-12.34"`: at least one digit before the point.
private func writeDecimal(_ element: Element, at out: UnsafeMutablePointer<UInt8>) -> Int {
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    return withUnsafeMutableBytes(of: &digits) { buffer in
        let scratch = buffer.bindMemory(to: UInt8.self)
        // From the last digit to the first.
        var rest = element.mantissa.magnitude
        var count = 0
        let scale = Int(element.tag)
        while (rest > 0 || count <= scale) && count < scratch.count {
            scratch[count] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
            count += 1
        }
        out[0] = 0x22
        var at = 1
        if element.mantissa < 0 {
            out[at] = 0x2d
            at += 1
        }
        for index in stride(from: count - 1, through: 0, by: -1) {
            out[at] = scratch[index]
            at += 1
            if index == scale {
                out[at] = 0x2e
                at += 1
            }
        }
        out[at] = 0x22
        return at + 1
    }
}

/// Writes a whole number in decimal; returns its length, 20 at the most.
@inline(__always)
func write(_ number: Int64, at out: UnsafeMutablePointer<UInt8>) -> Int {
    if number >= 0, number < 10 {
        out[0] = UInt8(truncatingIfNeeded: number) &+ 0x30
        return 1
    }
    return writeLong(number, at: out)
}

private func writeLong(_ number: Int64, at out: UnsafeMutablePointer<UInt8>) -> Int {
    var rest = number.magnitude
    var count = number < 0 ? 1 : 0
    if number < 0 { out[0] = 0x2d }
    let first = count
    repeat {
        out[count] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
        rest /= 10
        count += 1
    } while rest > 0
    var low = first
    var high = count - 1
    while low < high {
        swap(&out[low], &out[high])
        low += 1
        high -= 1
    }
    return count
}

private func copy(_ text: StaticString, to out: UnsafeMutablePointer<UInt8>) -> Int {
    memcpy(out, text.utf8Start, text.utf8CodeUnitCount)
    return text.utf8CodeUnitCount
}
