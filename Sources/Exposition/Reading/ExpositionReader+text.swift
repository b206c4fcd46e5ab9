import Model

// The text format 0.0.4, as Prometheus's own scanner takes it apart.

extension ExpositionReader {
    @inline(__always)
    mutating func nextInText() throws(ReadingFault) -> ExpositionEvent? {
        while true {
            lineStart = at
            var from = at
            while isBlank(byte(from)) { from &+= 1 }
            switch byte(from) {
            case UInt8(ascii: "#"):
                if let event = try textComment(from) { return event }
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0:
                if from >= count { return nil }
                guard isLineEnd(from) else { throw ReadingFault(.lineStart, at: from) }
                try endLine(from)
            default:
                return try textSample(from)
            }
        }
    }

    @inline(__always)
    private mutating func textSample(_ start: Int) throws(ReadingFault) -> ExpositionEvent {
        let line = line
        let nameEnd = metricNameEnd(base, from: start)
        var seriesEnd = nameEnd
        var from = nameEnd
        if let series = plainSeries(start, nameEnd: nameEnd) {
            if let event = plainSample(start, series) { return event }
            seriesEnd = series.end
            from = series.end
            while isBlank(byte(from)) { from &+= 1 }
        } else {
            var isNamed = nameEnd != start
            while isBlank(byte(from)) { from &+= 1 }
            if byte(from) == UInt8(ascii: "{") {
                from = try labels(from &+ 1, isNamed: &isNamed)
                seriesEnd = from
                while isBlank(byte(from)) { from &+= 1 }
            }
            if !isNamed {
                throw ReadingFault(seriesEnd == start ? .lineStart : .noMetricName, at: start)
            }
        }
        let valueEnd = try numberEnd(from, .value)
        let text = Range(uncheckedBounds: (start, seriesEnd))
        let value = Range(uncheckedBounds: (from, valueEnd))
        if byte(valueEnd) == UInt8(ascii: "\n") {
            at = valueEnd &+ 1
            self.line &+= 1
            return ExpositionEvent(kind: .sample, text: text, value: value, line: line)
        }
        return try textSampleEnd(ExpositionEvent(kind: .sample, text: text, value: value, line: line))
    }

    /// Reads what follows the value, when that is not the end of the line at once.
    @inline(never)
    private mutating func textSampleEnd(_ sample: ExpositionEvent) throws(ReadingFault) -> ExpositionEvent {
        var event = sample
        var from = event.value.upperBound
        while isBlank(byte(from)) { from &+= 1 }
        if !isLineEnd(from) {
            let start = from
            event.timestamp = try textTimestamp(&from)
            event.timestampToken = start..<from
            while isBlank(byte(from)) { from &+= 1 }
        }
        try endLine(from)
        return event
    }

    /// Reads a timestamp in milliseconds.
    private func textTimestamp(_ from: inout Int) throws(ReadingFault) -> Int64 {
        let start = from
        from = digitsEnd(base, from: start)
        guard let milliseconds = format.readTimestamp(body[start..<from]) else {
            throw ReadingFault(byte(start) == UInt8(ascii: "-") ? .negativeTimestamp : .timestamp, at: start)
        }
        return milliseconds
    }

    /// A line that begins with `#`: an event for HELP and TYPE, nil for any other comment.
    @inline(never)
    private mutating func textComment(_ start: Int) throws(ReadingFault) -> ExpositionEvent? {
        var end = lineFeed(from: start)
        let lineEnd = end
        if end > start, byte(end - 1) == UInt8(ascii: "\r") {
            if mode == .strict { throw ReadingFault(.carriageReturn, at: end - 1) }
            end -= 1
        }
        if mode == .strict, let bad = firstInvalidUTF8(body[start..<end]) {
            throw ReadingFault(.notUTF8, at: start + bad)
        }
        var from = start + 1
        while isBlank(byte(from)) { from += 1 }
        let keyword = from > start + 1 ? metadataKeyword(from) : nil
        guard let keyword, keyword != .unit, from + 4 < end, isBlank(byte(from + 4)) else {
            try endLine(lineEnd)
            return nil
        }
        from += 4
        while isBlank(byte(from)) { from += 1 }
        let name = try familyName(from, lineEnd: end)
        // One separator is taken away; what follows it is the text, as it is.
        let text = min(name.upperBound + 1, end)..<end
        let event = ExpositionEvent(kind: keyword, text: name, value: text, line: line)
        switch keyword {
        case .type:
            guard isTextType(body[text]) else { throw ReadingFault(.type, at: min(text.lowerBound, end)) }
        default:
            if mode == .strict, name.upperBound < end, !isBlank(byte(name.upperBound)) {
                throw ReadingFault(.metadataText, at: name.upperBound)
            }
            try checkHelp(text)
        }
        try endLine(lineEnd)
        return event
    }

    private func isTextType(_ token: UnsafeRawBufferPointer) -> Bool {
        switch MetricType(token: token) {
        case .counter, .gauge, .histogram, .summary: true
        // `untyped`, not OpenMetrics' `unknown`.
        case .unknown: token.last == UInt8(ascii: "d")
        default: false
        }
    }
}
