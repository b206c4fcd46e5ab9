/// The digits of the shortest decimal number that reads back as the same double, without zeros at either end, and where
/// the point stands: value = 0.d1d2d3… × 10^point. Kept in place: nothing is allocated.
struct ShortestDigits {
    private var digits = InlineArray<24, UInt8>(repeating: 0x30)
    /// Where the first digit is.
    private var start = 0
    private(set) var count = 0
    private(set) var point = 0

    /// The digits of a finite number that is not negative.
    init(_ magnitude: Double) {
        // Doubles hold every whole number below this one, each by its own digits.
        if magnitude < 9_007_199_254_740_992, let whole = UInt64(exactly: magnitude) {
            self = ShortestDigits(whole: whole)
            return
        }
        // Swift's description is the shortest form too, the nearest of them: digits, a point, and perhaps an exponent.
        var description = DescriptionReader()
        magnitude.write(to: &description)
        digits = description.digits
        count = description.count
        point = (description.point ?? count) - description.leadingZeros
        point += description.exponentIsNegative ? -description.exponent : description.exponent
        dropTrailingZeros()
    }

    /// The digits of a whole number.
    init(whole: UInt64) {
        var rest = whole
        var first = 24
        repeat {
            first -= 1
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        start = first
        count = 24 - first
        point = count
        dropTrailingZeros()
    }

    /// Zero keeps its one digit.
    private mutating func dropTrailingZeros() {
        while count > 1, digits[start + count - 1] == 0x30 { count -= 1 }
    }

    private func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: digits) { digits in
            bytes.append(
                contentsOf: UnsafeRawBufferPointer(
                    rebasing: digits[start + range.lowerBound..<start + range.upperBound]))
        }
    }

    /// `123.45`, without an exponent however large or small it is.
    func appendPositional(to bytes: inout [UInt8]) {
        if point <= 0 {
            bytes.append(UInt8(ascii: "0"))
            bytes.append(UInt8(ascii: "."))
            for _ in point..<0 { bytes.append(UInt8(ascii: "0")) }
            append(0..<count, to: &bytes)
        } else if point >= count {
            append(0..<count, to: &bytes)
            for _ in count..<point { bytes.append(UInt8(ascii: "0")) }
        } else {
            append(0..<point, to: &bytes)
            bytes.append(UInt8(ascii: "."))
            append(point..<count, to: &bytes)
        }
    }

    /// `1.2345e+02`, with at least two digits of exponent.
    func appendScientific(to bytes: inout [UInt8]) {
        append(0..<1, to: &bytes)
        if count > 1 {
            bytes.append(UInt8(ascii: "."))
            append(1..<count, to: &bytes)
        }
        let exponent = point - 1
        bytes.append(UInt8(ascii: "e"))
        bytes.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let size = UInt8(truncatingIfNeeded: exponent.magnitude % 100)
        if exponent.magnitude >= 100 { bytes.append(0x30 + UInt8(truncatingIfNeeded: exponent.magnitude / 100)) }
        bytes.append(0x30 + size / 10)
        bytes.append(0x30 + size % 10)
    }
}

/// Takes a double's description apart while it is written, so that no string is made of it.
private struct DescriptionReader: TextOutputStream {
    var digits = InlineArray<24, UInt8>(repeating: 0x30)
    var count = 0
    /// How many digits were written before the point.
    var point: Int?
    var leadingZeros = 0
    var exponent = 0
    var exponentIsNegative = false
    private var inExponent = false

    mutating func write(_ string: String) {
        for byte in string.utf8 { take(byte) }
    }

    /// The standard library hands ASCII over by this entry when there is one, without a string.
    mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) {
        if takePlain(buffer) { return }
        for byte in buffer { take(byte) }
    }

    /// Takes the whole of a description like `12.34`, as most are: byte by byte they take much longer.
    private mutating func takePlain(_ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == 0, point == nil, (3...25).contains(buffer.count), buffer[0] &- 0x31 < 9 else { return false }
        var before = 1
        while before < buffer.count, buffer[before] &- 0x30 < 10 { before += 1 }
        guard before < buffer.count, buffer[before] == UInt8(ascii: ".") else { return false }
        for at in 0..<before { digits[at] = buffer[at] }
        for at in before + 1..<buffer.count {
            guard buffer[at] &- 0x30 < 10 else { return false }
            digits[at - 1] = buffer[at]
        }
        count = buffer.count - 1
        point = before
        return true
    }

    private mutating func take(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "."):
            point = count + leadingZeros
        case UInt8(ascii: "e"):
            inExponent = true
        case UInt8(ascii: "-"):
            exponentIsNegative = true
        case 0x30...0x39 where inExponent:
            exponent = exponent * 10 + Int(byte - 0x30)
        case 0x30 where count == 0:
            leadingZeros += 1
        case 0x30...0x39 where count < 24:
            digits[count] = byte
            count += 1
        default:
            break
        }
    }
}
