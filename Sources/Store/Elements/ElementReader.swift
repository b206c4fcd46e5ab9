import Model

/// Goes through the elements of a JSON array as the file holds them. What is not of that form ends the reading: the file
/// may have been damaged, or edited by hand.
struct ElementReader {
    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    /// Whether the last element stood there as a number; a string is an element by itself ("5." is no difference).
    private(set) var isNumber = false

    /// A reader at the first element, behind the array's bracket; nil when there is none.
    init?(array bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count >= 2, start[0] == 0x5b
        else {
            return nil
        }
        at = start + 1
        end = start + bytes.count
    }

    /// A reader within an array, at the comma before an element.
    init?(rest bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return nil }
        at = start
        end = start + bytes.count
    }

    /// The next element; nil at the end of the array.
    @inline(__always)
    mutating func next() -> Element? {
        guard at < end else { return nil }
        var first = at.pointee
        if first == 0x2c {
            at += 1
            guard at < end else { return nil }
            first = at.pointee
        }
        let digit = first &- 0x30
        isNumber = digit < 10 || first == 0x2d
        if isNumber { return Element(mantissa: integer(), tag: 0) }
        return uncommon(first)
    }

    /// A whole number at the present place.
    @inline(__always)
    private mutating func integer() -> Int64 {
        let negative = at.pointee == 0x2d
        if negative { at += 1 }
        var number: Int64 = 0
        while at < end {
            let digit = at.pointee &- 0x30
            if digit >= 10 { break }
            number = number &* 10 &+ Int64(digit)
            at += 1
        }
        return negative ? 0 &- number : number
    }

    /// A short decimal number behind its opening quote, which nearly all strings are; nil, and still there, for all others.
    @inline(__always)
    private mutating func shortDecimal() -> Element? {
        var place = at
        let negative = place < end && place.pointee == 0x2d
        if negative { place += 1 }
        let first = place
        var mantissa: Int64 = 0
        while place < end, place.pointee &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ Int64(place.pointee &- 0x30)
            place += 1
        }
        guard place > first, place < end, place.pointee == 0x2e else { return nil }
        place += 1
        let fraction = place
        while place < end, place.pointee &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ Int64(place.pointee &- 0x30)
            place += 1
        }
        // 17 digits and the point: no overflow on the way.
        guard place < end, place.pointee == 0x22, place - first <= 18 else { return nil }
        let scale = place - fraction
        at = place + 1
        return Element(mantissa: negative ? 0 &- mantissa : mantissa, tag: Element.Tag(truncatingIfNeeded: scale))
    }

    private mutating func uncommon(_ first: UInt8) -> Element? {
        if first == UInt8(ascii: "n") {
            guard end - at >= 4 else { return nil }
            at += 4
            return .missing
        }
        guard first == 0x22 else { return nil }
        at += 1
        if let decimal = shortDecimal() { return decimal }
        let start = at
        while at < end, at.pointee != 0x22 { at += 1 }
        guard at < end else { return nil }
        let text = UnsafeBufferPointer(start: start, count: at - start)
        at += 1
        return Element(string: text)
    }
}

extension Element {
    /// The element of a string, without its quotes; nil when it is none.
    init?(string text: UnsafeBufferPointer<UInt8>) {
        switch text.first {
        case UInt8(ascii: "N"): self.init(mantissa: 0, tag: Element.nan)
        case UInt8(ascii: "s"): self.init(mantissa: 0, tag: Element.stale)
        case UInt8(ascii: "+"): self.init(mantissa: 0, tag: Element.positiveInfinity)
        case UInt8(ascii: "-") where text.count == 2 && text[1] == 0x30:
            self.init(mantissa: 0, tag: Element.negativeZero)
        case UInt8(ascii: "-") where text.count == 4 && text[1] == UInt8(ascii: "I"):
            self.init(mantissa: 0, tag: Element.negativeInfinity)
        default: self.init(numeric: text)
        }
    }

    /// "12.34" or "7205759403792795p-53".
    private init?(numeric text: UnsafeBufferPointer<UInt8>) {
        var mantissa: Int64 = 0
        var scale: Int16 = -1
        let negative = text.first == 0x2d
        for (index, byte) in text.enumerated() where !(index == 0 && negative) {
            let digit = byte &- 0x30
            if digit < 10 {
                guard mantissa < 1 << 59 else { return nil }
                mantissa = mantissa * 10 + Int64(digit)
                if scale >= 0 {
                    guard scale < Element.largestScale else { return nil }
                    scale += 1
                }
            } else if byte == 0x2e, scale < 0 {
                scale = 0
            } else if byte == UInt8(ascii: "p"), scale < 0 {
                guard let exponent = Int16(String(decoding: text[(index + 1)...], as: UTF8.self)),
                    exponent >= -1074, exponent < 1024
                else { return nil }
                self.init(mantissa: negative ? -mantissa : mantissa, tag: exponent + Int16(Element.binaryBias))
                return
            } else {
                return nil
            }
        }
        guard scale >= 0 else { return nil }
        self.init(mantissa: negative ? -mantissa : mantissa, tag: scale)
    }
}
