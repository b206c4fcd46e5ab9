import Model
import Patterns

// Selectors, and lists of labels.
extension Parser {
    /// A selector without modifiers; nil when none begins here.
    mutating func selector() throws(QuerySyntaxError) -> InstantSelector? {
        let start = token.range.start
        var name = ""
        if token.canNameMetric { name = try take().text }
        var matchers: [LabelMatcher] = []
        if try take(.leftBrace) {
            matchers = try matcherList()
        } else if name.isEmpty {
            return nil
        }
        if !name.isEmpty { matchers.append(.metric(name)) }
        return InstantSelector(name: name, matchers: matchers, range: SourceRange(start, end))
    }

    /// What stands in braces, up to the closing one.
    private mutating func matcherList() throws(QuerySyntaxError) -> [LabelMatcher] {
        var matchers: [LabelMatcher] = []
        while try !take(.rightBrace) {
            matchers.append(try matcher())
            if try take(.comma) {
                // One may stand behind the last matcher too.
            } else if token.kind != .rightBrace {
                throw unexpected(in: "label matching", "\",\" or \"}\"")
            }
        }
        return matchers
    }

    private mutating func matcher() throws(QuerySyntaxError) -> LabelMatcher {
        let first = token
        let isQuoted = first.kind == .string
        guard isQuoted || first.kind == .identifier else {
            throw unexpected(in: "label matching", "identifier or \"}\"")
        }
        try take()
        let operation: LabelMatcher.Operation
        switch token.kind {
        case .equal: operation = .equal
        case .operation(.notEqual): operation = .notEqual
        case .matches: operation = .matches
        case .notMatches: operation = .notMatches
        default:
            // A quoted string by itself is the metric's name.
            if isQuoted { return .metric(first.value) }
            throw unexpected(in: "label matching", "label matching operator")
        }
        try take()
        guard token.kind == .string else { throw unexpected(in: "label matching", "string") }
        let matcher = LabelMatcher(isQuoted ? first.value : first.text, operation, try take().value)
        do throws(UserError) {
            _ = try CompiledMatcher(matcher)
        } catch {
            throw self.error(error.message, at: SourceRange(first.range.start, end))
        }
        return matcher
    }

    /// `bool on (a) group_left (b)`, each of it if it stands there.
    mutating func binaryModifiers() throws(QuerySyntaxError) -> (returnsBool: Bool, matching: VectorMatching) {
        var matching = VectorMatching()
        let returnsBool = try take(.keyword(.bool))
        if token.kind == .keyword(.on) || token.kind == .keyword(.ignoring) {
            matching.isOn = try take().kind == .keyword(.on)
            matching.labels = try groupingLabels()
            if token.kind == .keyword(.groupLeft) || token.kind == .keyword(.groupRight) {
                matching.cardinality = try take().kind == .keyword(.groupLeft) ? .manyToOne : .oneToMany
                if token.kind == .leftParenthesis { matching.included = try groupingLabels() }
            }
        }
        if token.kind == .keyword(.fill) || token.kind == .keyword(.fillLeft) || token.kind == .keyword(.fillRight) {
            throw error("binop fill modifiers are experimental and not enabled", at: token.range)
        }
        return (returnsBool, matching)
    }

    /// `(a, b)`, names of labels.
    mutating func groupingLabels() throws(QuerySyntaxError) -> [String] {
        try expect(.leftParenthesis, in: "grouping opts", "\"(\"")
        var labels: [String] = []
        while try !take(.rightParenthesis) {
            guard token.canNameLabel else { throw unexpected(in: "grouping opts", "label") }
            let label = try take()
            let name = label.kind == .string ? label.value : label.text
            if name.isEmpty { throw error("invalid label name for grouping: \"\"", at: label.range) }
            labels.append(name)
            if try !take(.comma), token.kind != .rightParenthesis {
                throw unexpected(in: "grouping opts", "\",\" or \")\"")
            }
        }
        return labels
    }
}

extension Token {
    /// Whether a metric may be called so without quotes: some words have a meaning wherever they stand.
    var canNameMetric: Bool {
        switch kind {
        case .identifier, .metricName, .aggregator: true
        case .operation(let operation): operation.isSetOperator
        case .keyword(.bool), .keyword(.on), .keyword(.ignoring), .keyword(.groupLeft), .keyword(.groupRight): false
        case .keyword: true
        default: false
        }
    }

    /// Whether a label may be called so in a list of labels.
    var canNameLabel: Bool {
        switch kind {
        case .identifier, .metricName, .aggregator, .string: true
        case .operation(let operation): operation.isSetOperator || operation == .atan2
        case .keyword(.without): false
        case .keyword: true
        default: false
        }
    }
}
