import Model

/// A word of a query.
struct Token: Sendable, Equatable {
    var kind: Kind
    /// As it was written.
    var text: String
    /// What a string stands for; empty for everything else.
    var value = ""
    var range: SourceRange

    enum Kind: Sendable, Hashable {
        case endOfInput
        case identifier
        /// A name with a colon in it, which only metrics may have.
        case metricName
        case number
        case duration
        case string
        case leftParenthesis, rightParenthesis
        case leftBrace, rightBrace
        case leftBracket, rightBracket
        case comma, colon, at
        /// A single `=`, in braces.
        case equal
        case matches, notMatches
        case operation(BinaryOperator)
        case aggregator(Aggregator)
        case keyword(Keyword)
    }

    /// Words with a meaning of their own, where they stand in the right place. Elsewhere all but a few are names.
    enum Keyword: String, Sendable, CaseIterable {
        case offset, smoothed, anchored, by, without, on, ignoring, bool, fill
        case groupLeft = "group_left"
        case groupRight = "group_right"
        case fillLeft = "fill_left"
        case fillRight = "fill_right"
        case start, end, step, range
        case maxOf = "max_of"
        case minOf = "min_of"

        /// What stands for a point or a length of time.
        var isPreprocessor: Bool {
            switch self {
            case .start, .end, .step, .range, .maxOf, .minOf: true
            default: false
            }
        }
    }
}

extension Token {
    /// The token as Prometheus names it in "unexpected …".
    var description: String {
        switch kind {
        case .endOfInput: "end of input"
        case .identifier: "identifier \(quoted(text))"
        case .metricName: "metric identifier \(quoted(text))"
        case .number: "number \(shortened)"
        case .duration: "duration \(shortened)"
        case .string: "string \(shortened)"
        case .operation: "<op:\(text)>"
        case .aggregator: "<aggr:\(text)>"
        case .keyword(let word): word.isPreprocessor ? quoted(text) : "<\(text)>"
        default: quoted(text)
        }
    }

    private var shortened: String {
        text.unicodeScalars.count > 10
            ? quoted(String(String.UnicodeScalarView(text.unicodeScalars.prefix(10)))) + "..."
            : quoted(text)
    }
}
