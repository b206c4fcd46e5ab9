import Model

// The parts of lines that both forms have in common.

extension ExpositionReader {
    /// Reads a series with labels when it is as plain as most are: the same in both forms and every mode. Nil is no verdict.
    @inline(__always)
    func plainSeries(_ start: Int, nameEnd: Int) -> PlainSeries? {
        guard nameEnd != start, byte(nameEnd) == UInt8(ascii: "{") else { return nil }
        return PlainSeries(base, from: start, nameEnd: nameEnd)
    }

    /// Ends a plain series' line when there is nothing but digits and a point before the line feed. Nil is no verdict.
    @inline(__always)
    mutating func plainSample(_ start: Int, _ series: PlainSeries) -> ExpositionEvent? {
        guard byte(series.end) == UInt8(ascii: " "),
            isPlainNumber(base, from: series.end &+ 1, lineEnd: series.nextStop)
        else { return nil }
        let line = line
        at = series.nextStop &+ 1
        self.line = line &+ 1
        return ExpositionEvent(
            kind: .sample, text: Range(uncheckedBounds: (start, series.end)),
            value: Range(uncheckedBounds: (series.end &+ 1, series.nextStop)), line: line)
    }

    /// Goes through labels from behind their opening brace; the place behind the closing one.
    @inline(never)
    mutating func labels(_ from: Int, isNamed: inout Bool) throws(ReadingFault) -> Int {
        var scanner = LabelScanner(base, count: count, at: from, rules: labelRules)
        while let part = try scanner.next() {
            if part.isMetricName {
                if isNamed { throw ReadingFault(.secondMetricName, at: part.name.lowerBound) }
                isNamed = true
            }
        }
        if labelRules.newlines {
            // Where a quoted text may go over several lines, they are counted.
            for byte in body[from..<scanner.at] where byte == UInt8(ascii: "\n") { line += 1 }
        }
        return scanner.at
    }

    /// The end of the number that begins here.
    @inline(__always)
    func numberEnd(_ from: Int, _ reason: ReadingFault.Reason) throws(ReadingFault) -> Int {
        // A sign, digits, a point, digits, a small exponent: the rest goes the long way.
        let first = byte(from) == UInt8(ascii: "-") ? from &+ 1 : from
        var at = digitsEnd(base, from: first)
        if at > first {
            if byte(at) == UInt8(ascii: ".") {
                let point = at
                at = digitsEnd(base, from: at &+ 1)
                if at == point &+ 1 { return try uncommonNumberEnd(from, reason) }
            }
            if byte(at) == UInt8(ascii: "e") {
                let sign = byte(at &+ 1)
                let power = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? at &+ 2 : at &+ 1
                at = digitsEnd(base, from: power)
                if at == power || at > power &+ 2 { return try uncommonNumberEnd(from, reason) }
            }
            // So few digits cannot make a number that is too large.
            let isShort = at &- from < 200
            if isShort, byte(at) == UInt8(ascii: "\n") || byte(at) == UInt8(ascii: " ") { return at }
        }
        return try uncommonNumberEnd(from, reason)
    }

    @inline(never)
    private func uncommonNumberEnd(_ from: Int, _ reason: ReadingFault.Reason) throws(ReadingFault) -> Int {
        var end = from
        while !isTokenEnd(end) { end += 1 }
        guard let number = readNumber(body[from..<end]) else { throw ReadingFault(reason, at: from) }
        if case .other(let value) = number {
            if mode == .strict, body[from..<end].contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) {
                throw ReadingFault(reason, at: from)
            }
            if reason == .timestamp, !value.isFinite { throw ReadingFault(reason, at: from) }
        }
        return end
    }

    private func isTokenEnd(_ offset: Int) -> Bool {
        switch byte(offset) {
        case UInt8(ascii: " "), UInt8(ascii: "\n"): true
        case UInt8(ascii: "\t"): format == .text
        case UInt8(ascii: "\r"): byte(offset + 1) == UInt8(ascii: "\n") || offset + 1 >= count
        case 0: offset >= count
        default: false
        }
    }

    /// Which of HELP, TYPE and UNIT stands here.
    func metadataKeyword(_ from: Int) -> ExpositionEvent.Kind? {
        switch base.loadUnaligned(fromByteOffset: from, as: UInt32.self).bigEndian {
        case 0x4845_4c50: .help
        case 0x5459_5045: .type
        case 0x554e_4954: .unit
        default: nil
        }
    }

    /// The family's name in a line of metadata, with its quotes if it has them.
    func familyName(_ from: Int, lineEnd: Int) throws(ReadingFault) -> Range<Int> {
        if byte(from) != UInt8(ascii: "\"") {
            let end = metricNameEnd(base, from: from)
            if end == from { throw ReadingFault(.metricName, at: from) }
            return from..<end
        }
        guard let name = scanQuoted(base, from: from + 1, count: count), name.end < lineEnd else {
            throw ReadingFault(.closingQuote, at: from)
        }
        let inside = from + 1..<name.end
        if name.hasHighBytes, let bad = firstInvalidUTF8(body[inside]) {
            throw ReadingFault(.notUTF8, at: inside.lowerBound + bad)
        }
        return from..<name.end + 1
    }

    func checkHelp(_ text: Range<Int>) throws(ReadingFault) {
        if !isASCII(text), let bad = firstInvalidUTF8(body[text]) {
            throw ReadingFault(.notUTF8, at: text.lowerBound + bad)
        }
        if mode == .strict, format == .text, let bad = firstUnknownEscape(body[text]) {
            throw ReadingFault(.escape, at: text.lowerBound + bad)
        }
    }

    /// Whether no byte is above 0x7f. The words may reach over the end: then the answer may be no for nothing.
    private func isASCII(_ text: Range<Int>) -> Bool {
        var seen: UInt64 = 0
        for at in stride(from: text.lowerBound, to: text.upperBound, by: 8) {
            seen |= base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }
}
