// Throws arbitrary bytes at the readers of expositions, and holds what they say of them against each other.

import Exposition
import Model

/// The first byte says how many edits follow, of three bytes each; the rest is a body. The body is read in both forms and
/// in every mode; then the same body with the edits made in it is put to the layout of the first.
func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let edits = Array(input.dropFirst().prefix(Int(first % 8) * 3))
    let body = Array(input.dropFirst(1 + edits.count))
    for format in [ExpositionFormat.text, .openMetrics] {
        compareModes(body, format)
        compareLayout(body, edited(body, by: edits), format)
        PaddedBytes.lend(body) { _ = checkExposition($0, format: format) }
    }
    readParts(body)
    return 0
}

/// A body with some bytes replaced, inserted or taken away.
func edited(_ body: [UInt8], by edits: [UInt8]) -> [UInt8] {
    var body = body
    for index in stride(from: 0, to: edits.count - 2, by: 3) where !body.isEmpty {
        let place = (Int(edits[index]) << 6 | Int(edits[index + 1]) >> 2) % body.count
        switch edits[index + 1] & 3 {
        case 0: body.remove(at: place)
        case 1: body.insert(edits[index + 2], at: place)
        default: body[place] = edits[index + 2]
        }
    }
    return body
}

/// All events of a body, or nil when it has to be refused.
func events(_ body: PaddedBytes, _ format: ExpositionFormat, _ mode: ReadingMode) -> (
    all: [ExpositionEvent], skipped: Int
)? {
    var reader = ExpositionReader(body, format: format, mode: mode)
    var all: [ExpositionEvent] = []
    do throws(UserError) {
        while let event = try reader.next() { all.append(event) }
    } catch {
        require(error.place.map { $0.line >= 1 && $0.column >= 1 } == true, "an error without a place")
        return nil
    }
    require((reader.skippedLines == 0) == (reader.firstSkipped == nil), "the first skipped line is not kept")
    return (all, reader.skippedLines)
}

/// What is strict is lenient too; what is lenient needs no salvaging; and every event keeps to the body.
func compareModes(_ bytes: [UInt8], _ format: ExpositionFormat) {
    PaddedBytes.lend(bytes) { body in
        let lenient = events(body, format, .lenient)
        let salvaged = events(body, format, .salvaging)
        if let strict = events(body, format, .strict) {
            require(lenient?.all == strict.all, "strict and lenient differ")
            require(salvaged?.all == strict.all, "strict and salvaging differ")
        }
        if let salvaged, salvaged.skipped == 0 { require(lenient?.all == salvaged.all, "lenient and salvaging differ") }
        for event in (lenient?.all ?? []) + (salvaged?.all ?? []) { examine(event, body, format) }
    }
}

func examine(_ event: ExpositionEvent, _ body: PaddedBytes, _ format: ExpositionFormat) {
    for range in [event.text, event.value, event.timestampToken, event.exemplar] {
        require(range.upperBound <= body.count, "an event reaches behind the body")
    }
    require(!event.text.isEmpty && event.text.upperBound <= event.value.lowerBound, "an event is out of order")
    guard event.kind == .sample else { return }
    require(readNumber(body[event.value]) != nil, "a value is no number")
    if !event.timestampToken.isEmpty {
        require(format.readTimestamp(body[event.timestampToken]) == event.timestamp, "a timestamp is read in two ways")
    }
    do throws(UserError) {
        let labels = try readSeries(body[event.text])
        require(!labels.metric.isEmpty, "a series without a name")
    } catch {
        require(error.place == nil, "a series text is good for the reader and not for readSeries")
    }
    if event.hasExemplar {
        require((try? readExemplar(body[event.exemplar])) != nil, "an exemplar cannot be read again")
    }
}

/// Of a body that the layout accepts, the cold reader finds the same tokens; or one of them is no number.
func compareLayout(_ first: [UInt8], _ second: [UInt8], _ format: ExpositionFormat) {
    var layout = ScrapeLayout()
    let isRecorded = PaddedBytes.lend(first) { body in
        guard let cold = events(body, format, .lenient) else { return false }
        layout.begin()
        for event in cold.all { layout.record(event, of: body) }
        layout.complete(body)
        var tokens: [SampleToken] = []
        let hasUnusual = cold.all.contains { isUnusual($0, body) }
        require(layout.match(body, into: &tokens) || hasUnusual, "a body does not match its own layout")
        return true
    }
    guard isRecorded else { return }
    PaddedBytes.lend(second) { body in
        var tokens: [SampleToken] = []
        guard layout.match(body, into: &tokens) else { return }
        guard let cold = events(body, format, .lenient) else {
            let isBad = tokens.contains { token in
                readNumber(token.value(in: body)) == nil
                    || (token.timestampLength > 0 && format.readTimestamp(token.timestamp(in: body)) == nil)
            }
            require(isBad, "the layout accepts what the cold reader refuses, and every token is a number")
            return
        }
        let samples = cold.all.filter { $0.kind == .sample }
        require(samples.count == tokens.count, "the layout finds another number of samples")
        for (event, token) in zip(samples, tokens) {
            require(Int(token.start) == event.value.lowerBound, "a value begins elsewhere")
            require(Int(token.length) == event.value.count, "a value ends elsewhere")
            require(Int(token.timestampLength) == event.timestampToken.count, "a timestamp has another length")
            let time = token.timestamp(in: body)
            require(time.elementsEqual(body[event.timestampToken]), "a timestamp stands elsewhere")
        }
    }
}

/// What layouts leave to the cold reader: long tokens, wide gaps, and values without a blank before them.
func isUnusual(_ event: ExpositionEvent, _ body: PaddedBytes) -> Bool {
    let time = event.timestampToken
    return event.value.count > 65_535 || time.count > 255
        || (!time.isEmpty && time.lowerBound - event.value.upperBound > 255)
        || (event.kind == .sample && event.value.lowerBound == event.text.upperBound
            && body[event.text].last != UInt8(ascii: "}"))
}

/// The functions that read a part by itself.
func readParts(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { part in
        _ = try? readSeries(part)
        _ = try? readExemplar(part)
        if let number = readNumber(part) { require(!number.double.isSignalingNaN, "a stale marker out of a text") }
    }
}

func require(_ condition: Bool, _ message: String) {
    if !condition { preconditionFailure(message) }
}
