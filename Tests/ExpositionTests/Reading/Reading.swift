import Model
import Testing

@testable import Exposition

/// What the reader made of a text, as text again: one string an event.
func readAll(
    _ text: String, _ format: ExpositionFormat = .text, _ mode: ReadingMode = .lenient
) throws(UserError) -> [String] {
    try readAll(bytes: Array(text.utf8), format, mode)
}

func readAll(
    bytes: [UInt8], _ format: ExpositionFormat = .text, _ mode: ReadingMode = .lenient
) throws(UserError) -> [String] {
    try PaddedBytes.lend(bytes) { (body: PaddedBytes) throws(UserError) -> [String] in
        var reader = ExpositionReader(body, format: format, mode: mode)
        var events: [String] = []
        while let event = try reader.next() { events.append(shown(event, in: body)) }
        return events
    }
}

func shown(_ event: ExpositionEvent, in body: PaddedBytes) -> String {
    func text(_ range: Range<Int>) -> String { String(decoding: body[range], as: UTF8.self) }
    var parts = ["\(event.line)", "\(event.kind)", text(event.text), text(event.value)]
    if let timestamp = event.timestamp { parts.append("@\(timestamp)") }
    if event.hasExemplar { parts.append("# \(text(event.exemplar))") }
    return parts.joined(separator: "|")
}

func series(_ text: String) throws(UserError) -> Labels {
    try withBytes(text) { (bytes: UnsafeRawBufferPointer) throws(UserError) -> Labels in try readSeries(bytes) }
}

/// Lends the bytes of a text.
func withBytes<Result>(
    _ text: String, _ body: (UnsafeRawBufferPointer) throws(UserError) -> Result
) throws(UserError) -> Result {
    try PaddedBytes.lend(Array(text.utf8)) { (padded: PaddedBytes) throws(UserError) -> Result in
        try body(padded[0..<padded.count])
    }
}
