import Model

// The parts of lines that both forms have in common.

extension ExpositionReader {
    /// Goes through labels from behind their opening brace; the place behind the closing one.
    @inline(__always)
    func labels(_ from: Int, isNamed: inout Bool) throws(ReadingFault) -> Int {
        var scanner = LabelScanner(base, count: count, at: from, rules: labelRules)
        while let part = try scanner.next() {
            if part.isMetricName {
                if isNamed { throw ReadingFault(.secondMetricName, at: part.name.lowerBound) }
                isNamed = true
            }
        }
        return scanner.at
    }

    /// The end of the number that begins here.
    @inline(__always)
    func numberEnd(_ from: Int, _ reason: ReadingFault.Reason) throws(ReadingFault) -> Int {
        // Nearly all values are digits with perhaps a point between them; the rest goes the long way.
        var at = digitsEnd(base, from: from)
        if at > from {
            if byte(at) == UInt8(ascii: ".") {
                let point = at
                at = digitsEnd(base, from: at &+ 1)
                if at == point &+ 1 { return try uncommonNumberEnd(from, reason) }
            }
            if byte(at) == UInt8(ascii: "\n") || byte(at) == UInt8(ascii: " ") { return at }
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
        if let bad = firstInvalidUTF8(body[text]) { throw ReadingFault(.notUTF8, at: text.lowerBound + bad) }
        if mode == .strict, format == .text, let bad = firstUnknownEscape(body[text]) {
            throw ReadingFault(.escape, at: text.lowerBound + bad)
        }
    }
}
