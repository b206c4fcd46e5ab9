import Model

// Labels as the file holds them: a JSON object of strings, in the order of the names, without the metric's name.

/// The JSON text of labels.
func labelsJSON(_ labels: Labels) -> String {
    var json = JSONWriter()
    json.object { json in
        for pair in labels.pairs where !sameBytes(pair.name, Labels.metricName) { json.member(pair.name, pair.value) }
    }
    return String(decoding: json.bytes, as: UTF8.self)
}

/// Calls `body` with the bytes of each name and value of such a text; false when the text is not of that form. It reads what
/// `labelsJSON` writes, and any JSON escape besides.
func readLabelsJSON(
    _ text: UnsafeRawBufferPointer, _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
) -> Bool {
    var at = 0
    func skipBlanks() { while at < text.count, text[at] <= 0x20 { at += 1 } }
    func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }
    /// The inside of a string; with escapes in it, unescaped into `room`.
    func string(_ room: inout [UInt8]) -> Range<Int>?? {
        guard take(0x22) else { return nil }
        let start = at
        while at < text.count, text[at] != 0x22, text[at] != 0x5c { at += 1 }
        guard at < text.count else { return nil }
        if text[at] == 0x22 {
            at += 1
            return .some(start..<(at - 1))
        }
        room = Array(text[start..<at])
        while at < text.count, text[at] != 0x22 {
            if text[at] == 0x5c {
                guard unescape(text, &at, into: &room) else { return nil }
            } else {
                room.append(text[at])
                at += 1
            }
        }
        guard at < text.count else { return nil }
        at += 1
        return .some(nil)
    }
    guard take(UInt8(ascii: "{")) else { return false }
    if take(UInt8(ascii: "}")) { return true }
    var nameRoom: [UInt8] = []
    var valueRoom: [UInt8] = []
    repeat {
        guard let name = string(&nameRoom), take(UInt8(ascii: ":")), let value = string(&valueRoom) else {
            return false
        }
        nameRoom.withUnsafeBytes { unescapedName in
            valueRoom.withUnsafeBytes { unescapedValue in
                body(
                    name.map { UnsafeRawBufferPointer(rebasing: text[$0]) } ?? unescapedName,
                    value.map { UnsafeRawBufferPointer(rebasing: text[$0]) } ?? unescapedValue)
            }
        }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
}

/// One escape at `at`, which is moved behind it.
private func unescape(_ text: UnsafeRawBufferPointer, _ at: inout Int, into out: inout [UInt8]) -> Bool {
    guard at + 1 < text.count else { return false }
    let kind = text[at + 1]
    at += 2
    switch kind {
    case UInt8(ascii: "n"): out.append(0x0a)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0d)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0c)
    case UInt8(ascii: "u"):
        guard at + 4 <= text.count,
            let unit = UInt32(String(decoding: text[at..<(at + 4)], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(unit)
        else { return false }
        at += 4
        out.append(contentsOf: Character(scalar).utf8)
    default: out.append(kind)
    }
    return true
}

/// The labels of a stored series.
func storedLabels(metric: String, json: String) -> Labels {
    var pairs: [Label] = []
    var needsName = !metric.isEmpty
    var isAscending = true
    var text = json
    _ = text.withUTF8 { bytes in
        readLabelsJSON(UnsafeRawBufferPointer(bytes)) { name, value in
            let pair = Label(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
            if needsName, !bytesPrecede(pair.name, Labels.metricName) {
                pairs.append(Label(Labels.metricName, metric))
                needsName = false
            }
            if let last = pairs.last, !bytesPrecede(last.name, pair.name) { isAscending = false }
            if pair.value.isEmpty { isAscending = false }
            pairs.append(pair)
        }
    }
    if needsName { pairs.append(Label(Labels.metricName, metric)) }
    // They were written in order; a file that was edited by hand may have them in another one.
    return isAscending ? Labels(sorted: pairs) : Labels(pairs)
}
