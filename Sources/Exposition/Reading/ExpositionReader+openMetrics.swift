import Model

// OpenMetrics 1.0: one space where the text format has blanks, no blank lines, no free comments, `# EOF` at the end.

extension ExpositionReader {
    @inline(__always)
    mutating func nextInOpenMetrics() throws(ReadingFault) -> ExpositionEvent? {
        lineStart = at
        switch byte(at) {
        case UInt8(ascii: "#"):
            return try openMetricsComment(at)
        case UInt8(ascii: "\n"):
            throw ReadingFault(.blankLine, at: at)
        case 0 where at >= count:
            if isPiece { return nil }
            throw ReadingFault(.missingEOF, at: at)
        default:
            return try openMetricsSample(at)
        }
    }

    @inline(__always)
    private mutating func openMetricsSample(_ start: Int) throws(ReadingFault) -> ExpositionEvent {
        let nameEnd = metricNameEnd(base, from: start)
        var from = nameEnd
        if let series = plainSeries(start, nameEnd: nameEnd) {
            if let event = plainSample(start, series) { return event }
            from = series.end
        } else {
            var isNamed = nameEnd != start
            if byte(from) == UInt8(ascii: "{") { from = try labels(from &+ 1, isNamed: &isNamed) }
            if !isNamed {
                throw ReadingFault(from == start ? .lineStart : .noMetricName, at: start)
            }
        }
        let seriesEnd = from
        if byte(from) != UInt8(ascii: " ") { throw ReadingFault(.space, at: from) }
        from &+= 1
        let valueEnd = try numberEnd(from, .value)
        var event = ExpositionEvent(
            kind: .sample, text: Range(uncheckedBounds: (start, seriesEnd)),
            value: Range(uncheckedBounds: (from, valueEnd)), line: line)
        from = valueEnd
        if byte(from) == UInt8(ascii: " "), byte(from &+ 1) != UInt8(ascii: "#") {
            let end = try numberEnd(from &+ 1, .timestamp)
            event.timestampToken = from + 1..<end
            event.timestamp = try milliseconds(event.timestampToken)
            from = end
        }
        if byte(from) == UInt8(ascii: " ") { from = try exemplar(from &+ 1, &event) }
        try endLine(from)
        return event
    }

    /// Reads an exemplar that should begin with `# {`; the place behind it.
    @inline(never)
    private func exemplar(_ start: Int, _ event: inout ExpositionEvent) throws(ReadingFault) -> Int {
        guard byte(start) == UInt8(ascii: "#"), byte(start + 1) == UInt8(ascii: " "),
            byte(start + 2) == UInt8(ascii: "{")
        else { throw ReadingFault(.exemplar, at: start) }
        var rules = labelRules
        rules.metricName = false
        var scanner = LabelScanner(base, count: count, at: start + 3, rules: rules)
        while try scanner.next() != nil {}
        guard byte(scanner.at) == UInt8(ascii: " ") else { throw ReadingFault(.space, at: scanner.at) }
        var from = try numberEnd(scanner.at + 1, .value)
        if byte(from) == UInt8(ascii: " ") {
            let end = try numberEnd(from + 1, .timestamp)
            _ = try milliseconds(from + 1..<end)
            from = end
        }
        event.exemplar = start + 2..<from
        return from
    }

    @inline(never)
    private mutating func openMetricsComment(_ start: Int) throws(ReadingFault) -> ExpositionEvent? {
        var end = lineFeed(from: start)
        let lineEnd = end
        if end > start, byte(end - 1) == UInt8(ascii: "\r") {
            if mode == .strict { throw ReadingFault(.carriageReturn, at: end - 1) }
            end -= 1
        }
        guard byte(start + 1) == UInt8(ascii: " ") else { throw ReadingFault(.metadataKeyword, at: start) }
        if body[start..<end].elementsEqual("# EOF".utf8) {
            at = min(lineEnd + 1, count)
            hasEnded = true
            if at < count { throw ReadingFault(.afterEOF, at: at) }
            return nil
        }
        guard let keyword = metadataKeyword(start + 2), byte(start + 6) == UInt8(ascii: " ") else {
            throw ReadingFault(.metadataKeyword, at: start + 2)
        }
        let name = try familyName(start + 7, lineEnd: end)
        guard byte(name.upperBound) == UInt8(ascii: " "), name.upperBound < end else {
            throw ReadingFault(.metadataText, at: name.upperBound)
        }
        let text = name.upperBound + 1..<end
        let event = ExpositionEvent(kind: keyword, text: name, value: text, line: line)
        switch keyword {
        case .type:
            guard let type = MetricType(token: body[text]), type != .unknown || body[text].last == UInt8(ascii: "n")
            else { throw ReadingFault(.type, at: text.lowerBound) }
        case .unit:
            try checkUnit(text, of: name)
        default:
            try checkHelp(text)
        }
        try endLine(lineEnd)
        return event
    }

    private func checkUnit(_ unit: Range<Int>, of name: Range<Int>) throws(ReadingFault) {
        if unit.isEmpty { return }
        let bare = byte(name.lowerBound) == UInt8(ascii: "\"") ? name.lowerBound + 1..<name.upperBound - 1 : name
        let suffix = body[bare].suffix(unit.count + 1)
        guard suffix.count == unit.count + 1, suffix.first == UInt8(ascii: "_"),
            suffix.dropFirst().elementsEqual(body[unit])
        else { throw ReadingFault(.unit, at: unit.lowerBound) }
    }

    /// The time that a token stands for.
    private func milliseconds(_ token: Range<Int>) throws(ReadingFault) -> Int64 {
        guard let time = format.readTimestamp(body[token]) else { throw ReadingFault(.timestamp, at: token.lowerBound) }
        return time
    }
}
