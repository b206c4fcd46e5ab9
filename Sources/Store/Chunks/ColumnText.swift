import Model

// A column of a chunk: `[scale,v0,d1,d2,…]`. Whole numbers are differences from the whole number before, in units of the
// scale; strings are elements by themselves (what the scale cannot say exactly); null is no sample.

/// The scale that says most of a column exactly.
private func commonScale(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>
) -> Element.Tag? {
    var decimals = 0
    var binaries = 0
    var scale: Element.Tag = 0
    var lowest = Element.Tag.max
    for tag in tags {
        if tag >= 0, tag <= Element.largestScale {
            decimals += 1
            scale = max(scale, tag)
        } else if tag > Element.largestScale {
            binaries += 1
            lowest = min(lowest, tag)
        }
    }
    if binaries == 0 && decimals == 0 { return tags.contains { $0 != Element.absent } ? 0 : nil }
    // A few whole numbers among full-precision values are cheaper as multiples of the power of two than as strings.
    return binaries > decimals ? lowest : scale
}

/// An element in units of a scale; nil when that is not exact.
@inline(__always)
private func scaled(_ mantissa: Int64, _ tag: Element.Tag, to scale: Element.Tag) -> Int64? {
    if tag == scale { return mantissa }
    if tag < 0 { return nil }
    if scale <= Element.largestScale {
        guard tag < scale else { return nil }
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: Int64(powerOfTen(min(18, Int(scale - tag)))))
        return overflow || product.magnitude > 1 << 53 || scale - tag > 18 ? nil : product
    }
    // A whole number is one times 2^0.
    let shift = tag == 0 ? Element.binaryBias - Int(scale) : Int(tag) - Int(scale)
    guard tag == 0 || tag > Element.largestScale, shift >= 0, shift < 62 else { return nil }
    guard mantissa.magnitude.leadingZeroBitCount > shift + 2 else { return nil }
    return mantissa << Int64(shift)
}

/// Appends the text of a column: `null` when it has no element at all.
func appendColumn(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>, to out: inout [UInt8]
) {
    guard let scale = commonScale(mantissas, tags) else {
        out.append(contentsOf: "null".utf8)
        return
    }
    let start = out.count
    let room = 8 + mantissas.count * (longestElement + 1)
    out.append(contentsOf: repeatElement(0, count: room))
    let length = out.withUnsafeMutableBufferPointer { buffer -> Int in
        guard let first = buffer.baseAddress.map({ $0 + start }) else { return 0 }
        return write(mantissas, tags, scale, at: first)
    }
    out.removeLast(room - length)
}

private func write(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>, _ scale: Element.Tag,
    at out: UnsafeMutablePointer<UInt8>
) -> Int {
    out[0] = 0x5b
    var at = 1 + write(Int64(scale), at: out + 1)
    var before: Int64 = 0
    for index in mantissas.indices {
        out[at] = 0x2c
        at += 1
        if let value = scaled(mantissas[index], tags[index], to: scale) {
            // What we wrote is below 2^62; a file edited by hand may hold anything, and the reader adds up the same way.
            at += write(value &- before, at: out + at)
            before = value
        } else {
            at += writeAbsolute(Element(mantissa: mantissas[index], tag: tags[index]), at: out + at)
        }
    }
    out[at] = 0x5d
    return at + 1
}

/// Reads a column's text into times and values; elements without a sample are left out.
func readColumn(
    _ text: UnsafeRawBufferPointer, times: ChunkTimes, from: Int64, to: Int64, into samples: inout SampleColumns
) {
    guard var reader = ElementReader(array: text), let scale = reader.next(), scale.tag == 0 else { return }
    let tag = Element.Tag(truncatingIfNeeded: scale.mantissa)
    var sum: Int64 = 0
    // The divisor of a decimal scale is exact, and so is the factor of a binary one.
    let decimal = tag >= 0 && tag <= Element.largestScale
    let divisor = decimal ? powerOfTen(Int(tag)) : 1
    // A piece at a time is put together here: adding to arrays one by one costs more than the reading.
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 256) { timestamps in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 256) { values in
            var filled = 0
            func pour() {
                samples.timestamps.append(contentsOf: timestamps[..<filled])
                samples.values.append(contentsOf: values[..<filled])
                filled = 0
            }
            for index in 0..<times.count {
                guard let element = reader.next() else { break }
                if element.tag == Element.absent { continue }
                let isDifference = reader.isNumber
                if isDifference { sum = sum &+ element.mantissa }
                let time = times[index]
                if time < from { continue }
                if time > to { break }
                let value: Double
                if isDifference {
                    value =
                        decimal
                        ? tag == 0 ? Double(sum) : Double(sum) / divisor
                        : Element(mantissa: sum, tag: tag).double ?? .nan
                } else {
                    guard let own = element.double else { continue }
                    value = own
                }
                timestamps[filled] = time
                values[filled] = value
                filled += 1
                if filled == 256 { pour() }
            }
            pour()
        }
    }
}

/// Calls `body` for each element of a column that is a sample: what was written, in its simplest form.
func readElements(_ text: UnsafeRawBufferPointer, count: Int, _ body: (_ index: Int, Element) -> Void) {
    guard var reader = ElementReader(array: text), let scale = reader.next(), scale.tag == 0 else { return }
    let tag = Element.Tag(truncatingIfNeeded: scale.mantissa)
    var sum: Int64 = 0
    for index in 0..<count {
        guard let element = reader.next() else { return }
        if element.tag == Element.absent { continue }
        if reader.isNumber {
            sum = sum &+ element.mantissa
            body(index, Element(mantissa: sum, tag: tag).simplest)
        } else {
            body(index, element.simplest)
        }
    }
}

extension Element {
    /// The same number with the smallest mantissa.
    fileprivate var simplest: Element {
        if tag <= 0 { return self }
        if mantissa == 0 { return Element(mantissa: 0, tag: 0) }
        var simpler = self
        if tag <= Element.largestScale {
            while simpler.tag > 0, simpler.mantissa % 10 == 0 {
                simpler.mantissa /= 10
                simpler.tag -= 1
            }
            return simpler
        }
        let zeros = simpler.mantissa.trailingZeroBitCount
        simpler.mantissa >>= Int64(zeros)
        // The tag of a column that was edited by hand may be any number.
        simpler.tag &+= Element.Tag(zeros)
        // A multiple of 2^0 and up that a double holds exactly is a whole number.
        let shift = Int(simpler.tag) - Element.binaryBias
        if shift >= 0, shift < 53, simpler.mantissa.magnitude <= 1 << (53 - shift) {
            return Element(mantissa: simpler.mantissa << Int64(shift), tag: 0)
        }
        return simpler
    }
}
