import Model

// A column of a chunk: in letters (LetterColumn.swift), or where they do not say all of it exactly or in short, in numbers:
// `[scale,v0,d1,d2,…]`. Whole numbers are differences from the whole number before, in units of the scale; strings are elements
// by themselves (what the scale cannot say exactly); null is no sample.

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
    // A few short numbers among full-precision values are cheaper as multiples of the power of two than as strings; and a long
    // decimal is a full-precision value that happens to have no more than 16 digits.
    guard binaries > 0, binaries * 2 >= decimals || scale >= 12 else { return scale }
    return binaryScale(mantissas, tags) ?? lowest
}

/// The power of two that all numbers are multiples of; nil when that is too small for the largest of them.
private func binaryScale(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>
) -> Element.Tag? {
    var lowest = Int.max
    var highest = Int.min
    for index in tags.indices where tags[index] >= 0 && mantissas[index] != 0 {
        let element = Element(mantissa: mantissas[index], tag: tags[index]).binary
        lowest = min(lowest, Int(element.tag))
        highest = max(highest, Int(element.tag) + 64 - element.mantissa.magnitude.leadingZeroBitCount)
    }
    return lowest <= highest && highest - lowest <= 60 ? Element.Tag(lowest) : nil
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
    if mantissa == 0 { return 0 }
    let binary = Element(mantissa: mantissa, tag: tag).binary
    let shift = Int(binary.tag) - Int(scale)
    guard shift >= 0, shift < 62, binary.mantissa.magnitude.leadingZeroBitCount > shift + 2 else { return nil }
    return binary.mantissa << Int64(shift)
}

extension Element {
    /// The same double as a whole number times a power of two.
    fileprivate var binary: Element {
        tag > Element.largestScale ? self : double.map { Element(binary: $0) } ?? self
    }
}

/// Appends the text of a column: `null` when it has no element at all.
func appendColumn(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>, to out: inout [UInt8]
) {
    guard let scale = commonScale(mantissas, tags) else {
        out.append(contentsOf: "null".utf8)
        return
    }
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: mantissas.count) { room in
        if let plan = letterPlan(mantissas, tags, scale, valuesIn: room) {
            append(plan.room(mantissas.count), to: &out) { plan.put(UnsafeBufferPointer(room), tags, at: $0) }
        } else {
            append(8 + mantissas.count * (longestElement + 1), to: &out) { write(mantissas, tags, scale, at: $0) }
        }
    }
}

/// A plan to write the column in letters, and its values in units of the scale; nil when it has elements that no letters say.
private func letterPlan(
    _ mantissas: UnsafeBufferPointer<Int64>, _ tags: UnsafeBufferPointer<Element.Tag>, _ scale: Element.Tag,
    valuesIn room: UnsafeMutableBufferPointer<Int64>
) -> LetterPlan? {
    for index in mantissas.indices {
        let tag = tags[index]
        if tag == Element.absent || tag == Element.stale {
            room[index] = 0
        } else if let value = scaled(mantissas[index], tag, to: scale) {
            room[index] = value
        } else {
            return nil
        }
    }
    return LetterPlan(UnsafeBufferPointer(room), tags, scale: scale)
}

/// Appends what `write` puts into that much room and returns the length of.
private func append(_ room: Int, to out: inout [UInt8], _ write: (UnsafeMutablePointer<UInt8>) -> Int) {
    let start = out.count
    out.append(contentsOf: repeatElement(0, count: room))
    let length = out.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.map { write($0 + start) } ?? 0 }
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
    let wanted = times.indices(from: from, to: to)
    // Put together here first: adding to arrays one by one costs more than the reading.
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: wanted.count) { timestamps in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: wanted.count) { values in
            var room = SampleRoom(times: times, timestamps: timestamps, values: values)
            if let column = LetterColumn(text) {
                if column.scale == 0 {
                    var sink = WholeNumbers(room: room)
                    column.read(wanted, into: &sink)
                    room = sink.room
                } else {
                    var sink = ScaledNumbers(room: room, unit: ColumnUnit(column.scale))
                    column.read(wanted, into: &sink)
                    room = sink.room
                }
            } else {
                readNumbers(text, count: times.count) { index, element, scale in
                    if index >= wanted.upperBound { return false }
                    // Elements that stand for themselves have no scale.
                    if index >= wanted.lowerBound,
                        let value = scale.map({ $0.double(element.mantissa) }) ?? element.double
                    {
                        room.take(index, value)
                    }
                    return true
                }
            }
            samples.timestamps.append(contentsOf: timestamps[..<room.count])
            samples.values.append(contentsOf: values[..<room.count])
        }
    }
}

/// Room for the samples of a column, as many as are wanted of it.
private struct SampleRoom {
    let times: ChunkTimes
    let timestamps: UnsafeMutableBufferPointer<Int64>
    let values: UnsafeMutableBufferPointer<Double>
    var count = 0

    @inline(__always)
    mutating func take(_ index: Int, _ value: Double) {
        timestamps[count] = times[index]
        values[count] = value
        count += 1
    }
}

private struct WholeNumbers: LetterSink {
    var room: SampleRoom

    @inline(__always)
    mutating func take(_ index: Int, _ value: Int64) { room.take(index, Double(value)) }
    @inline(__always)
    mutating func takeStale(_ index: Int) { room.take(index, staleMarker) }
}

private struct ScaledNumbers: LetterSink {
    var room: SampleRoom
    let unit: ColumnUnit

    @inline(__always)
    mutating func take(_ index: Int, _ value: Int64) { room.take(index, unit.double(value)) }
    @inline(__always)
    mutating func takeStale(_ index: Int) { room.take(index, staleMarker) }
}

/// Hands elements over in their simplest form.
private struct SimpleElements: LetterSink {
    let scale: Element.Tag
    let body: (_ index: Int, Element) -> Void

    func take(_ index: Int, _ value: Int64) { body(index, Element(mantissa: value, tag: scale).simplest) }
    func takeStale(_ index: Int) { body(index, Element(mantissa: 0, tag: Element.stale)) }
}

/// Calls `body` for each element of a column that is a sample: what was written, in its simplest form.
func readElements(_ text: UnsafeRawBufferPointer, count: Int, _ body: (_ index: Int, Element) -> Void) {
    if let column = LetterColumn(text) {
        withoutActuallyEscaping(body) { body in
            var sink = SimpleElements(scale: column.scale, body: body)
            column.read(0..<count, into: &sink)
        }
    } else {
        readNumbers(text, count: count) { index, element, scale in
            body(index, scale.map { Element(mantissa: element.mantissa, tag: $0.tag).simplest } ?? element.simplest)
            return true
        }
    }
}

/// Calls `body` with each element of a column in numbers that is a sample, and the unit of those that are sums of differences;
/// until it returns false.
@inline(__always)
private func readNumbers(
    _ text: UnsafeRawBufferPointer, count: Int, _ body: (_ index: Int, Element, ColumnUnit?) -> Bool
) {
    guard var reader = ElementReader(array: text), let scale = reader.next(), scale.tag == 0 else { return }
    let unit = ColumnUnit(Element.Tag(truncatingIfNeeded: scale.mantissa))
    var sum: Int64 = 0
    for index in 0..<count {
        guard let element = reader.next() else { return }
        if element.tag == Element.absent { continue }
        if reader.isNumber {
            sum = sum &+ element.mantissa
            if !body(index, Element(mantissa: sum, tag: 0), unit) { return }
        } else if !body(index, element, nil) {
            return
        }
    }
}

/// What a whole number of a column is counted in. The divisor of a decimal scale is exact, and so is the factor of a binary one.
private struct ColumnUnit {
    let tag: Element.Tag
    private let divisor: Double
    private let factor: Double

    init(_ tag: Element.Tag) {
        self.tag = tag
        let isDecimal = tag >= 0 && tag <= Element.largestScale
        divisor = isDecimal ? powerOfTen(Int(tag)) : 1
        factor =
            isDecimal
            ? 1 : tag < 0 ? .nan : Double(sign: .plus, exponent: Int(tag) - Element.binaryBias, significand: 1)
    }

    @inline(__always)
    func double(_ number: Int64) -> Double { tag == 0 ? Double(number) : Double(number) / divisor * factor }
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
