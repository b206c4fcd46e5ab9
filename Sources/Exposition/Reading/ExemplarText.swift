import Model

/// Reads an exemplar as `ExpositionReader` hands it out: `{trace_id="…"} 0.5 1520879607.789`.
public func readExemplar(_ text: UnsafeRawBufferPointer) throws(UserError) -> Exemplar {
    try PaddedBytes.lend(text) { (body: PaddedBytes) throws(UserError) -> Exemplar in
        do throws(ReadingFault) {
            return try exemplar(body)
        } catch {
            throw error.error(in: body, file: nil)
        }
    }
}

private func exemplar(_ body: PaddedBytes) throws(ReadingFault) -> Exemplar {
    guard body[0..<1].first == UInt8(ascii: "{") else { throw ReadingFault(.exemplar, at: 0) }
    let rules = LabelRules(
        blanks: false, commas: true, trailingComma: true, newlines: false, knownEscapes: false, metricName: false)
    var scanner = LabelScanner(body.start, count: body.count, at: 1, rules: rules)
    var pairs: [Label] = []
    while let part = try scanner.next() { pairs.append(label(part, in: body)) }
    let tokens = body[min(scanner.at, body.count)..<body.count].split(separator: UInt8(ascii: " "))
    guard let first = tokens.first, tokens.count <= 2,
        let value = readNumber(UnsafeRawBufferPointer(rebasing: first))
    else { throw ReadingFault(.exemplar, at: min(scanner.at, body.count)) }
    var timestamp: Int64?
    if tokens.count == 2 {
        timestamp = ExpositionFormat.openMetrics.readTimestamp(UnsafeRawBufferPointer(rebasing: tokens[1]))
        if timestamp == nil { throw ReadingFault(.timestamp, at: tokens[1].startIndex) }
    }
    return Exemplar(labels: Labels(pairs), value: value.double, timestamp: timestamp)
}
