// Nearly all samples are written alike: `name{label="value",label="value"} 123`, no blank too many, no escape, nothing but
// ASCII. These are read here in one go; any other line goes through the grammar of its form instead, from its beginning.

/// A series text with labels that is written like that.
struct PlainSeries {
    /// Behind the closing brace.
    let end: Int
    /// The next byte that may end something: of a plain line its line feed.
    let nextStop: Int

    /// Reads a series whose name ends at `nameEnd`, before an opening brace. Nil when it is not plain, which says nothing of
    /// its being right.
    @inline(__always)
    init?(_ base: UnsafeRawPointer, from: Int, nameEnd: Int) {
        // The name has no byte in it that ends anything: the first stop is the first label's opening quote.
        var stops = StopScanner(base, from: from)
        var label = nameEnd &+ 1
        while true {
            let opening = stops.next()
            let behind = base.loadUnaligned(fromByteOffset: opening &- 1, as: UInt16.self).littleEndian
            guard behind == 0x223d, label < opening &- 1, labelNameEnd(base, from: label) == opening &- 1 else {
                return nil
            }
            let closing = stops.next()
            guard base.load(fromByteOffset: closing, as: UInt8.self) == UInt8(ascii: "\"") else { return nil }
            switch base.load(fromByteOffset: closing &+ 1, as: UInt8.self) {
            case UInt8(ascii: ","):
                label = closing &+ 2
            case UInt8(ascii: "}"):
                end = closing &+ 2
                nextStop = stops.next()
                return
            default:
                return nil
            }
        }
    }
}

/// Whether digits, with perhaps a point between them, and nothing else stand here up to a line feed.
@inline(__always)
func isPlainNumber(_ base: UnsafeRawPointer, from: Int, lineEnd: Int) -> Bool {
    // So few digits cannot make a number that is too large.
    guard base.load(fromByteOffset: lineEnd, as: UInt8.self) == UInt8(ascii: "\n"), lineEnd &- from < 200 else {
        return false
    }
    let whole = digitsEnd(base, from: from)
    if whole == lineEnd { return whole > from }
    guard whole > from, base.load(fromByteOffset: whole, as: UInt8.self) == UInt8(ascii: ".") else { return false }
    return whole &+ 1 < lineEnd && digitsEnd(base, from: whole &+ 1) == lineEnd
}
