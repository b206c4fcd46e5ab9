import Glibc
import Model

// A column in letters: `["Kd3f…",scale,first,lowest,width]`. Each element is the difference from the element before (the first
// one from `first`), less `lowest`, in `width` letters: one letter with a value of its own up to 1976, or that many digits to
// the base of 64. Letters have hardly more bits than the differences have, where the digits and commas of numbers have twice
// as many; and they are read faster.

/// The letters of differences. A quote, a backslash and a closing bracket are none: the text needs no escapes, and a column ends
/// at its bracket. From 90 on a letter has two bytes: what is rare may cost more.
private enum Letter {
    /// No sample.
    static let absent: UInt8 = 0x20
    /// A stale marker.
    static let stale: UInt8 = 0x21
    static let zero: UInt8 = 0x23
    /// The largest value of one letter.
    static let largest: UInt64 = 0x7ff - 71
    /// A digit of a difference that takes several letters has so many bits …
    static let digitBits = 6
    /// … and there are at most so many digits: no sum of differences overflows.
    static let mostDigits = 10

    /// The letter of a value up to `largest`; returns its length.
    @inline(__always)
    static func write(_ value: UInt64, at out: UnsafeMutablePointer<UInt8>) -> Int {
        if value < 90 {
            out[0] = UInt8(truncatingIfNeeded: value) &+ (value < 57 ? 35 : 37)
            return 1
        }
        let scalar = value &+ 71
        out[0] = 0xc0 | UInt8(truncatingIfNeeded: scalar >> 6)
        out[1] = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3f)
        return 2
    }

    /// The value of a letter of one byte.
    @inline(__always)
    static func value(_ byte: UInt8) -> Int64 { Int64(byte) &- (byte < 92 ? 35 : 37) }
}

/// What a column looks like in letters.
struct LetterPlan {
    private let scale: Element.Tag
    private let first: Int64
    private let lowest: Int64
    private let width: Int
    /// Trailing zero bits that all values share, and that the scale stands for.
    private let shift: Int64

    /// The most bytes of the text, for a number of elements.
    func room(_ count: Int) -> Int { count * max(2, width) + 80 }

    /// A plan for values in units of a scale; nil when the column is better written in numbers. What is no value is absent or
    /// a stale marker.
    init?(
        _ values: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>, scale: Element.Tag
    ) {
        var start: Int64?
        var before: Int64 = 0
        var low = Int64.max
        var high = Int64.min
        var bits: Int64 = 0
        var numberLength = 0
        for index in values.indices where tags[index] != Element.absent && tags[index] != Element.stale {
            let value = values[index]
            guard value.magnitude <= 1 << 60 else { return nil }
            bits |= value
            if start == nil {
                start = value
            } else {
                let difference = value - before
                low = min(low, difference)
                high = max(high, difference)
                // About as long as it would be in decimal, with its comma.
                let magnitudeBits = 64 - difference.magnitude.leadingZeroBitCount
                numberLength += 2 + (magnitudeBits * 77) >> 8
            }
            before = value
        }
        guard let start else { return nil }
        if high < low { (low, high) = (0, 0) }
        var range = UInt64(high - low)
        if scale == 0, range >= 90, bits != 0 {
            shift = Int64(bits.trailingZeroBitCount)
            range >>= UInt64(shift)
        } else {
            shift = 0
        }
        if range <= Letter.largest {
            width = 1
        } else {
            width = (64 - range.leadingZeroBitCount + Letter.digitBits - 1) / Letter.digitBits
            // Few large differences among many small ones are shorter in numbers.
            guard width <= Letter.mostDigits, width * values.count <= numberLength else { return nil }
        }
        self.scale = shift > 0 ? Element.Tag(Int64(Element.binaryBias) + shift) : scale
        lowest = low >> shift
        first = (start >> shift) - lowest
    }

    /// Writes the column at `out`, where `room` bytes are; returns its length.
    func put(
        _ values: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>,
        at out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        out[0] = 0x5b
        out[1] = 0x22
        var at = 2
        var end = at
        var before = first
        for index in values.indices {
            let tag = tags[index]
            if tag == Element.absent || tag == Element.stale {
                for _ in 0..<width {
                    out[at] = tag == Element.stale ? Letter.stale : Letter.absent
                    at += 1
                }
                end = at
                continue
            }
            let value = values[index] >> shift
            let letters = UInt64(bitPattern: value &- before &- lowest)
            before = value
            if width == 1 {
                at += Letter.write(letters, at: out + at)
            } else {
                for digit in stride(from: width - 1, through: 0, by: -1) {
                    at += Letter.write(letters >> UInt64(Letter.digitBits * digit) & 63, at: out + at)
                }
            }
            // Elements at the end whose difference is the lowest are left out: a constant has no letters at all.
            if letters != 0 { end = at }
        }
        at = end
        out[at] = 0x22
        at += 1
        for number in [Int64(scale), first, lowest, Int64(width)] {
            out[at] = 0x2c
            at += 1 + write(number, at: out + at + 1)
        }
        out[at] = 0x5d
        return at + 1
    }
}

/// A column in letters, for reading. What is not of that form ends the reading: the file may have been damaged.
struct LetterColumn {
    let scale: Element.Tag
    private let letters: UnsafeBufferPointer<UInt8>
    private let first: Int64
    private let lowest: Int64
    private let width: Int

    /// Nil when the text is no column in letters.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count > 2, text[1] == 0x22, let start = text.baseAddress?.advanced(by: 2),
            let end = memchr(start, 0x22, text.count - 2)
        else { return nil }
        let length = start.distance(to: UnsafeRawPointer(end))
        letters = UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: length)
        guard var reader = ElementReader(rest: UnsafeRawBufferPointer(rebasing: text[(length + 3)...])),
            let scale = reader.next(), let first = reader.next(), let lowest = reader.next(),
            let width = reader.next(), (1...Letter.mostDigits).contains(Int(width.mantissa))
        else { return nil }
        self.scale = Element.Tag(truncatingIfNeeded: scale.mantissa)
        self.first = first.mantissa
        self.lowest = lowest.mantissa
        self.width = Int(width.mantissa)
    }

    /// Hands over each element of a range that is a sample.
    @inline(__always)
    func read(_ wanted: Range<Int>, into sink: inout some LetterSink) {
        var place = Place(sum: first)
        // Most elements of a column may lie before the range: they are only added up.
        var nowhere = NoLetters()
        if width == 1 {
            if readLetters(0..<wanted.lowerBound, from: &place, into: &nowhere) {
                _ = readLetters(wanted, from: &place, into: &sink)
            }
        } else if readDigits(0..<wanted.lowerBound, from: &place, into: &nowhere) {
            _ = readDigits(wanted, from: &place, into: &sink)
        }
    }

    /// Where reading has come to, and the sum of all differences up to there.
    private struct Place {
        var sum: Int64
        var at = 0
    }

    /// False where the letters are damaged.
    @inline(__always)
    private func readLetters(_ range: Range<Int>, from place: inout Place, into sink: inout some LetterSink) -> Bool {
        var (sum, at) = (place.sum, place.at)
        for index in range {
            var difference = lowest
            if at < letters.count {
                let byte = letters[at]
                at += 1
                if byte >= Letter.zero, byte < 0x80 {
                    difference &+= Letter.value(byte)
                } else if byte >= 0x80 {
                    guard at < letters.count else { return false }
                    difference &+= (Int64(byte & 0x1f) << 6 | Int64(letters[at] & 0x3f)) &- 71
                    at += 1
                } else {
                    if byte == Letter.stale { sink.takeStale(index) }
                    continue
                }
            }
            sum &+= difference
            sink.take(index, sum)
        }
        place = Place(sum: sum, at: at)
        return true
    }

    @inline(__always)
    private func readDigits(_ range: Range<Int>, from place: inout Place, into sink: inout some LetterSink) -> Bool {
        for index in range {
            var difference = lowest
            let at = place.at
            if at < letters.count {
                guard letters.count - at >= width else { return false }
                place.at += width
                if letters[at] < Letter.zero {
                    if letters[at] == Letter.stale { sink.takeStale(index) }
                    continue
                }
                var number: Int64 = 0
                for digit in at..<at + width {
                    number = number << Int64(Letter.digitBits) | Letter.value(letters[digit])
                }
                difference &+= number
            }
            place.sum &+= difference
            sink.take(index, place.sum)
        }
        return true
    }
}

/// Takes the elements of a column in letters: a type rather than a closure, so that reading is compiled for each by itself.
protocol LetterSink {
    /// Takes a number, in units of the column's scale.
    mutating func take(_ index: Int, _ value: Int64)
    mutating func takeStale(_ index: Int)
}

private struct NoLetters: LetterSink {
    @inline(__always)
    func take(_ index: Int, _ value: Int64) {}
    @inline(__always)
    func takeStale(_ index: Int) {}
}
