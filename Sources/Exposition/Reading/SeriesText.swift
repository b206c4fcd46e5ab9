import Model

/// Reads a series text such as `http_requests_total{code="200"}`, as `ExpositionReader` hands it out, into labels with
/// `__name__` among them. A label given twice is an error; labels with empty values are left out.
public func readSeries(_ text: UnsafeRawBufferPointer) throws(UserError) -> Labels {
    var empty: [String] = []
    return try readSeries(text, emptyLabels: &empty)
}

/// Reads a series text likewise, and adds the names of its labels that are there with empty values.
public func readSeries(
    _ text: UnsafeRawBufferPointer, emptyLabels: inout [String]
) throws(UserError) -> Labels {
    try PaddedBytes.lend(text) { (body: PaddedBytes) throws(UserError) -> Labels in
        let pairs: [Label]
        do throws(ReadingFault) {
            pairs = try labelPairs(body)
        } catch {
            throw error.error(in: body, file: nil)
        }
        for pair in pairs where pair.value.isEmpty { emptyLabels.append(pair.name) }
        return try distinct(pairs)
    }
}

private func labelPairs(_ body: PaddedBytes) throws(ReadingFault) -> [Label] {
    let base = body.start
    var pairs: [Label] = []
    var from = metricNameEnd(base, from: 0)
    if from > 0 { pairs.append(Label(Labels.metricName, String(decoding: body[0..<from], as: UTF8.self))) }
    while isBlank(base.load(fromByteOffset: from, as: UInt8.self)) { from += 1 }
    if base.load(fromByteOffset: from, as: UInt8.self) == UInt8(ascii: "{") {
        // Whatever either form allows: the reader has judged the text already.
        let rules = LabelRules(
            blanks: true, commas: false, trailingComma: true, newlines: true, knownEscapes: false, metricName: true)
        var scanner = LabelScanner(base, count: body.count, at: from + 1, rules: rules)
        while let part = try scanner.next() { pairs.append(label(part, in: body)) }
        from = scanner.at
    }
    if from < body.count { throw ReadingFault(.lineEnd, at: from) }
    return pairs
}

func label(_ part: LabelSpan, in body: PaddedBytes) -> Label {
    let name = part.nameHasEscapes ? unescaped(body[part.name]) : String(decoding: body[part.name], as: UTF8.self)
    if part.isMetricName { return Label(Labels.metricName, name) }
    let value = part.valueHasEscapes ? unescaped(body[part.value]) : String(decoding: body[part.value], as: UTF8.self)
    return Label(name, value)
}

private func distinct(_ pairs: [Label]) throws(UserError) -> Labels {
    let sorted = pairs.sorted { bytesPrecede($0.name, $1.name) }
    for (a, b) in zip(sorted, sorted.dropFirst()) where sameBytes(a.name, b.name) {
        throw UserError("cannot read series: label \(quoted(a.name)) is given twice")
    }
    guard let name = sorted.first(where: { sameBytes($0.name, Labels.metricName) }), !name.value.isEmpty else {
        throw UserError("cannot read series: it has no metric name")
    }
    return Labels(sorted: sorted.filter { !$0.value.isEmpty })
}
