import Model
import Patterns

/// Reads an instant selector such as `up{job="api",code=~"5.."}` or `{"a metric with spaces",job!=""}`. Throws what is wrong
/// and where. A selector whose every matcher accepts a missing label would select everything, and is refused.
public func parseSelector(_ text: String) throws(UserError) -> [LabelMatcher] {
    var parser = SelectorParser(text)
    return try parser.selector()
}

private struct SelectorParser {
    private var scanner: SelectorScanner
    private var matchers: [LabelMatcher] = []
    private var metric: String?

    init(_ text: String) { scanner = SelectorScanner(text) }

    mutating func selector() throws(UserError) -> [LabelMatcher] {
        scanner.skipSpace()
        let start = scanner.at
        if let name = scanner.identifier(colons: true) { try setMetric(name, start) }
        scanner.skipSpace()
        if scanner.skip(UInt8(ascii: "{")) {
            try braces()
        } else if metric == nil {
            throw scanner.unexpected("a metric's name or a '{' is expected")
        }
        guard scanner.isAtEnd else { throw scanner.unexpected() }
        try check(start)
        return matchers
    }

    private mutating func braces() throws(UserError) {
        scanner.skipSpace()
        while !scanner.skip(UInt8(ascii: "}")) {
            try item()
            scanner.skipSpace()
            // A comma may stand behind the last one too.
            if scanner.skip(UInt8(ascii: ",")) {
                scanner.skipSpace()
            } else if scanner.peek != UInt8(ascii: "}") {
                throw scanner.unexpected("inside braces, a ',' or '}' is expected")
            }
        }
        scanner.skipSpace()
    }

    private mutating func item() throws(UserError) {
        let start = scanner.at
        let isQuoted = scanner.startsString
        let word = isQuoted ? try scanner.string() : scanner.identifier(colons: false)
        guard let name = word else { throw scanner.unexpected("inside braces, the name of a label is expected") }
        scanner.skipSpace()
        guard let operation = scanner.operation() else {
            // A quoted string by itself is the metric's name.
            guard isQuoted else { throw scanner.unexpected("behind a label, one of =, !=, =~, !~ is expected") }
            return try setMetric(name, start)
        }
        scanner.skipSpace()
        guard scanner.startsString else { throw scanner.unexpected("behind an operator, a quoted string is expected") }
        let value = try scanner.string()
        if sameBytes(name, Labels.metricName), operation == .equal { return try setMetric(value, start) }
        matchers.append(LabelMatcher(name, operation, value))
    }

    private mutating func setMetric(_ name: String, _ start: Int) throws(UserError) {
        if let metric {
            throw scanner.error("the metric's name is given twice: \(quoted(metric)) and \(quoted(name))", at: start)
        }
        metric = name
        matchers.append(.metric(name))
    }

    /// The expressions compile, and something at least is asked for.
    private func check(_ start: Int) throws(UserError) {
        var selective = false
        for matcher in matchers {
            let compiled: CompiledMatcher
            do {
                compiled = try CompiledMatcher(matcher)
            } catch {
                throw scanner.error(error.message, at: start)
            }
            if !compiled.acceptsMissing { selective = true }
        }
        if !selective { throw scanner.error("at least one matcher must not accept a missing label", at: start) }
    }
}
