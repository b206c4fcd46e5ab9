import Model

/// Why a line cannot be read, as the reader's inner loops pass it on: two words, made into a `UserError` only when
/// somebody wants to read it.
struct ReadingFault: Error {
    enum Reason {
        case lineStart
        case blankLine
        case carriageReturn
        case noFinalNewline
        case notUTF8
        case metricName
        case secondMetricName
        case noMetricName
        case labelName
        case equalSign
        case openingQuote
        case closingQuote
        case newlineInQuotes
        case escape
        case commaOrBrace
        case strayComma
        case space
        case value
        case timestamp
        case negativeTimestamp
        case lineEnd
        case exemplar
        case metadataKeyword
        case metadataText
        case type
        case unit
        case missingEOF
        case afterEOF
    }

    var reason: Reason
    /// The offset of the byte that is wrong.
    var offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension ReadingFault {
    /// The fault in words, with its place in the text.
    func error(in body: PaddedBytes, file: String?) -> UserError {
        UserError("cannot read exposition: \(sentence(found: found(in: body)))", at: place(in: body, file: file))
    }

    /// Where the offset lies. Columns are counted in characters (Unicode scalars).
    func place(in body: PaddedBytes, file: String?) -> Place {
        var line = 1
        var column = 1
        for byte in body[0..<offset] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        return Place(file: file, line: line, column: column)
    }

    /// The offending character as a reader of the message would name it.
    private func found(in body: PaddedBytes) -> String {
        guard let byte = body[offset..<body.count].first else { return "the end" }
        switch byte {
        case UInt8(ascii: "\n"): return "the end of the line"
        case UInt8(ascii: " "): return "a space"
        case UInt8(ascii: "\t"): return "a tab"
        case UInt8(ascii: "\r"): return "a carriage return"
        case 0x21...0x7e: return quoted(String(decoding: [byte], as: UTF8.self))
        default: return "byte 0x" + String(byte, radix: 16)
        }
    }

    private func sentence(found: String) -> String {
        switch reason {
        case .lineStart: "expected a metric name or a comment, found \(found)"
        case .blankLine: "OpenMetrics has no blank lines"
        case .carriageReturn: "carriage return at the end of the line: lines end with a line feed alone"
        case .noFinalNewline: "the last line does not end with a line feed"
        case .notUTF8: "not UTF-8"
        case .metricName: "expected a metric name, found \(found)"
        case .secondMetricName: "the metric has a second name"
        case .noMetricName: "the labels have no metric name before or among them"
        case .labelName: "expected a label name, found \(found)"
        case .equalSign: "expected \"=\" behind the label name, found \(found)"
        case .openingQuote: "expected a label value in double quotes, found \(found)"
        case .closingQuote: "the quoted text has no closing quote"
        case .newlineInQuotes: "the quoted text does not end on its line"
        case .escape: "unknown escape sequence: only \\\\, \\\" and \\n exist"
        case .commaOrBrace: "expected \",\" or \"}\" behind the label value, found \(found)"
        case .strayComma: "comma without a label behind it"
        case .space: "expected exactly one space, found \(found)"
        case .value: "expected a number as the value"
        case .timestamp: "expected a number as the timestamp"
        case .negativeTimestamp: "negative timestamp: Prometheus does not read it"
        case .lineEnd: "expected the end of the line, found \(found)"
        case .exemplar: "expected an exemplar: \" # {labels} value\" and perhaps a timestamp"
        case .metadataKeyword: "expected HELP, TYPE, UNIT or EOF: OpenMetrics has no other comments"
        case .metadataText: "expected a space and text behind the name, found \(found)"
        case .type: "unknown metric type"
        case .unit: "the metric's name does not end with \"_\" and its unit"
        case .missingEOF: "no \"# EOF\" at the end"
        case .afterEOF: "nothing may follow \"# EOF\""
        }
    }
}
