import Glibc
import Model

/// A label where it lies in a message: `name` = 1, `value` = 2.
struct LabelText {
    private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var value = UnsafeRawBufferPointer(start: nil, count: 0)

    init(_ bytes: UnsafeRawBufferPointer) throws(UserError) {
        var reader = ProtobufReader(bytes)
        while let (number, wire) = try reader.field() {
            switch (number, wire) {
            case (1, .delimited): name = try reader.delimited()
            case (2, .delimited): value = try reader.delimited()
            default: try reader.skip(wire)
            }
        }
    }

    /// The label as a value of its own.
    var label: Label { Label(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)) }
}

/// Looks at the labels of one series after the other. Nearly always they are sorted, and then each is compared with the one
/// before it and no more.
struct LabelCheck {
    private var names: [UnsafeRawBufferPointer] = []
    private var isSorted = true
    private var metric = UnsafeRawBufferPointer(start: nil, count: 0)

    /// Begins with a series.
    mutating func begin() {
        names.removeAll(keepingCapacity: true)
        isSorted = true
        metric = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Looks at a label.
    mutating func add(_ label: LabelText) throws(UserError) {
        guard !label.name.isEmpty else { throw refused("a label has no name") }
        guard isText(label.name), isText(label.value) else {
            throw refused("the label \(shown(label.name)) is no UTF-8, or holds a zero byte")
        }
        if let last = names.last, compare(last, label.name) >= 0 { isSorted = false }
        names.append(label.name)
        if isMetricName(label.name) { metric = label.value }
    }

    /// Looks at all labels of the series together.
    mutating func finish() throws(UserError) {
        if !isSorted {
            names.sort { compare($0, $1) < 0 }
            for (name, next) in zip(names, names.dropFirst()) where compare(name, next) == 0 {
                throw refused("the label \(shown(name)) stands twice in a series")
            }
        }
        guard !metric.isEmpty else { throw refused("a series has no name") }
    }
}

private func refused(_ reason: String) -> UserError { UserError("cannot store remote write: \(reason)") }

private let metricName: StaticString = "__name__"

private func isMetricName(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let start = name.baseAddress, name.count == metricName.utf8CodeUnitCount else { return false }
    return memcmp(start, metricName.utf8Start, name.count) == 0
}

/// The order of bytes, as `memcmp` tells it.
private func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    guard let left = a.baseAddress, let right = b.baseAddress else { return a.count - b.count }
    let order = Int(memcmp(left, right, min(a.count, b.count)))
    return order == 0 ? a.count - b.count : order
}

/// Whether bytes are UTF-8, and hold no zero byte: the file's texts end there for the shell. Most are ASCII, and are looked at
/// eight at a time.
func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var at = 0
    while bytes.count - at >= 8 {
        let word = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        // The highest bits are set where a byte is no ASCII, or 0 (or 1 above one that is 0, which is no harm here).
        if (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 != 0 { return isUncommonText(bytes) }
        at += 8
    }
    while at < bytes.count {
        if bytes[at] &- 1 >= 0x7f { return isUncommonText(bytes) }
        at += 1
    }
    return true
}

private func isUncommonText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
}

private func shown(_ name: UnsafeRawBufferPointer) -> String {
    quoted(String(decoding: name.prefix(100), as: UTF8.self)) + (name.count > 100 ? "…" : "")
}
