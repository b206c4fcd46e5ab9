import Model

/// A series as Prometheus's tests write it: `http_requests_total{job="api"} 0+10x5 _ stale`.
public struct SeriesNotation: Sendable {
    /// The labels, with the metric's name.
    public var labels: Labels
    /// A value for each point; nil where there is none, the stale marker where the series ends.
    public var points: [Double?]

    /// Reads a line; throws what is wrong with it.
    public init(_ text: String) throws(UserError) {
        let rest: String
        (labels, rest) = try readLabels(text)
        points = try Self.points(rest)
    }

    /// Labels by themselves.
    public static func labels(_ text: String) throws(UserError) -> Labels {
        let (labels, rest) = try readLabels(text)
        guard rest.allSatisfy(\.isWhitespace) else {
            throw UserError("cannot read series \(quoted(text)): unexpected \(quoted(rest))")
        }
        return labels
    }

    /// Points by themselves: numbers, `_`, `stale`, `a+bxN`, `a-bxN`, `axN`, `_xN`.
    public static func points(_ text: String) throws(UserError) -> [Double?] {
        var points: [Double?] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard try append(word, to: &points) else {
                throw UserError("cannot read point \(quoted(String(word))): expected a number, _, stale, or 1+2x3")
            }
        }
        return points
    }

    /// More points than any test needs, and fewer than would fill the memory.
    private static let mostPoints = 10_000_000

    private static func append(_ word: Substring, to points: inout [Double?]) throws(UserError) -> Bool {
        if word == "_" {
            points.append(nil)
            return true
        }
        if word == "stale" {
            points.append(staleMarker)
            return true
        }
        var rest = word.utf8[...]
        var value: Double?
        var step = 0.0
        var hasStep = false
        if rest.first == UInt8(ascii: "_") {
            rest.removeFirst()
        } else {
            guard let number = takeNumber(&rest) else { return false }
            value = number
            if rest.isEmpty {
                points.append(number)
                return true
            }
            if rest.first != UInt8(ascii: "x") {
                guard let number = takeNumber(&rest) else { return false }
                step = number
                hasStep = true
            }
        }
        guard rest.first == UInt8(ascii: "x"), let times = Int(Substring(rest.dropFirst())), times >= 0 else {
            return false
        }
        // Of a value there is one more than there are repetitions; of nothing there are just as many.
        let count = value == nil ? times : times + 1
        guard points.count + count <= mostPoints else {
            throw UserError("cannot read point \(quoted(String(word))): more than \(mostPoints) points")
        }
        for _ in 0..<count {
            points.append(value)
            if hasStep, let number = value { value = number + step }
        }
        return true
    }

    /// A number with perhaps a sign at the beginning of a text.
    private static func takeNumber(_ text: inout Substring.UTF8View) -> Double? {
        var end = text.startIndex
        func byte() -> UInt8? { end < text.endIndex ? text[end] : nil }
        func isSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }
        var isNegative = false
        if isSign(byte()) {
            isNegative = byte() == UInt8(ascii: "-")
            end = text.index(after: end)
        }
        let start = end
        while let next = byte() {
            let isExponent = next | 0x20 == UInt8(ascii: "e") && end > start
            let isPart =
                next &- UInt8(ascii: "0") < 10 || next == UInt8(ascii: ".") || isLetterOfName(next) || isExponent
            guard isPart else { break }
            end = text.index(after: end)
            if isExponent, isSign(byte()) { end = text.index(after: end) }
        }
        let number = Array(text[start..<end]).withUnsafeBytes { readNumber($0)?.double }
        text = text[end...]
        return number.map { isNegative ? -$0 : $0 }
    }

    /// The letters of `Inf` and `NaN`.
    private static func isLetterOfName(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "f"), UInt8(ascii: "a")].contains(byte | 0x20)
    }
}

/// The labels at the beginning of a text, and what comes behind them.
private func readLabels(_ text: String) throws(UserError) -> (Labels, rest: String) {
    var lexer = Lexer(text)
    do throws(QuerySyntaxError) {
        var pairs: [Label] = []
        var token = try lexer.next()
        if token.canNameMetric {
            pairs.append(Label(Labels.metricName, token.text))
            guard lexer.isBeforeBrace else { return (Labels(pairs), lexer.rest) }
            token = try lexer.next()
        }
        func wrong(_ expected: String) -> QuerySyntaxError {
            QuerySyntaxError(
                message: "unexpected \(token.description), expected \(expected)", range: token.range,
                place: token.range.place(in: text))
        }
        guard token.kind == .leftBrace else { throw wrong("a metric's name or \"{\"") }
        token = try lexer.next()
        while token.kind != .rightBrace {
            guard token.kind == .identifier || token.kind == .string else { throw wrong("the name of a label") }
            let name = token
            token = try lexer.next()
            if token.kind == .equal {
                token = try lexer.next()
                guard token.kind == .string else { throw wrong("a string") }
                pairs.append(Label(name.kind == .string ? name.value : name.text, token.value))
                token = try lexer.next()
            } else if name.kind == .string {
                pairs.append(Label(Labels.metricName, name.value))
            } else {
                throw wrong("\"=\"")
            }
            if token.kind == .comma {
                token = try lexer.next()
            } else if token.kind != .rightBrace {
                throw wrong("\",\" or \"}\"")
            }
        }
        return (Labels(pairs), lexer.rest)
    } catch {
        throw UserError("cannot read series \(quoted(text)): \(error.message)")
    }
}
