/// What the places differ in that read labels.
struct LabelRules {
    /// Spaces and tabs may stand between the parts (the text format).
    var blanks: Bool
    /// Two labels need a comma between them. Prometheus does not insist on it in the text format.
    var commas: Bool
    /// A comma may stand before the closing brace.
    var trailingComma: Bool
    /// A quoted text may go over several lines (the text format, as Prometheus reads it).
    var newlines: Bool
    /// Only the known escape sequences may occur.
    var knownEscapes: Bool
    /// A quoted text alone is the metric's name (not in exemplars).
    var metricName: Bool
}

/// One part between the braces.
struct LabelSpan {
    /// The name without its quotes.
    var name: Range<Int>
    /// The value without its quotes.
    var value: Range<Int>
    /// Whether the name was quoted and has escapes in it.
    var nameHasEscapes: Bool
    /// Whether the value has escapes in it.
    var valueHasEscapes: Bool
    /// Whether this is not a label but the metric's name, in `name`.
    var isMetricName: Bool
}

/// Goes through the labels between braces.
struct LabelScanner {
    let base: UnsafeRawPointer
    let count: Int
    let rules: LabelRules
    /// The next byte to look at; behind the closing brace at the end.
    var at: Int
    /// Whether a comma was the last thing seen, or nothing at all.
    private var mayContinue = true
    private var isFirst = true

    /// A scanner that begins behind the opening brace.
    @inline(__always)
    init(_ base: UnsafeRawPointer, count: Int, at: Int, rules: LabelRules) {
        self.base = base
        self.count = count
        self.rules = rules
        self.at = at
    }

    @inline(__always)
    private mutating func skipBlanks() {
        guard rules.blanks else { return }
        while isBlank(byte(at)) { at &+= 1 }
    }

    /// The next part; nil behind the closing brace.
    @inline(__always)
    mutating func next() throws(ReadingFault) -> LabelSpan? {
        skipBlanks()
        let first = byte(at)
        if first == UInt8(ascii: "}") {
            if mayContinue, !isFirst, !rules.trailingComma { throw ReadingFault(.strayComma, at: at &- 1) }
            at &+= 1
            return nil
        }
        if !mayContinue, rules.commas { throw ReadingFault(.commaOrBrace, at: at) }
        isFirst = false
        var span: LabelSpan
        if first == UInt8(ascii: "\"") {
            let text = try quotedText(from: at &+ 1)
            span = LabelSpan(
                name: Range(uncheckedBounds: (at &+ 1, text.end)), value: 0..<0, nameHasEscapes: text.hasEscapes,
                valueHasEscapes: false, isMetricName: false)
            at = text.end &+ 1
            skipBlanks()
            let behind = byte(at)
            if behind == UInt8(ascii: ",") || behind == UInt8(ascii: "}"), rules.metricName {
                span.isMetricName = true
                takeComma()
                return span
            }
        } else {
            let end = labelNameEnd(base, from: at)
            if end == at { throw nothingThere(first) }
            span = LabelSpan(
                name: Range(uncheckedBounds: (at, end)), value: 0..<0, nameHasEscapes: false, valueHasEscapes: false,
                isMetricName: false)
            at = end
            skipBlanks()
        }
        if byte(at) != UInt8(ascii: "=") {
            throw ReadingFault(.equalSign, at: at)
        }
        at &+= 1
        skipBlanks()
        if byte(at) != UInt8(ascii: "\"") {
            throw ReadingFault(.openingQuote, at: at)
        }
        let value = try quotedText(from: at &+ 1)
        span.value = Range(uncheckedBounds: (at &+ 1, value.end))
        span.valueHasEscapes = value.hasEscapes
        at = value.end &+ 1
        takeComma()
        return span
    }

    /// Goes over the comma behind a part, if there is one.
    @inline(__always)
    private mutating func takeComma() {
        skipBlanks()
        mayContinue = byte(at) == UInt8(ascii: ",")
        if mayContinue { at &+= 1 }
    }

    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 {
        base.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(never)
    private func nothingThere(_ byte: UInt8) -> ReadingFault {
        ReadingFault(byte == UInt8(ascii: ",") ? .strayComma : mayContinue ? .labelName : .commaOrBrace, at: at)
    }

    @inline(__always)
    private func quotedText(from: Int) throws(ReadingFault) -> QuotedText {
        guard let text = scanQuoted(base, from: from, count: count) else {
            throw ReadingFault(.closingQuote, at: from &- 1)
        }
        // All of these are rare: one test leads to them.
        if text.hasHighBytes || text.hasEscapes || text.newline >= 0 { try examine(text, from: from) }
        return text
    }

    @inline(never)
    private func examine(_ text: QuotedText, from: Int) throws(ReadingFault) {
        let bytes = UnsafeRawBufferPointer(start: base + from, count: text.end - from)
        if text.newline >= 0, !rules.newlines { throw ReadingFault(.newlineInQuotes, at: from - 1) }
        if text.hasHighBytes, let bad = firstInvalidUTF8(bytes) { throw ReadingFault(.notUTF8, at: from + bad) }
        if text.hasEscapes, rules.knownEscapes, let bad = firstUnknownEscape(bytes) {
            throw ReadingFault(.escape, at: from + bad)
        }
    }
}
