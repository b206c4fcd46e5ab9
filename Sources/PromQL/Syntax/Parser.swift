import Model

/// Reads a query. Throws what is wrong with its text, or with the types of its parts.
public func parseQuery(_ text: String) throws(QuerySyntaxError) -> Expression {
    var parser = try Parser(text)
    if parser.token.kind == .endOfInput {
        throw parser.error("no expression found in input", at: SourceRange(0, 0))
    }
    let expression = try parser.expression()
    try parser.expectEnd()
    var checker = TypeChecker(text)
    return try checker.checked(expression)
}

/// Reads an instant selector without modifiers, such as `up{job="api",code=~"5.."}` or `{"a metric with spaces"}`. One whose
/// every matcher accepts a missing label would select everything, and is refused unless the caller sees to that.
public func parseSelector(
    _ text: String, maySelectEverything: Bool = false
) throws(QuerySyntaxError) -> [LabelMatcher] {
    var parser = try Parser(text)
    guard let selector = try parser.selector() else { throw parser.unexpected() }
    try parser.expectEnd()
    if maySelectEverything { return selector.matchers }
    var checker = TypeChecker(text)
    _ = try checker.checked(.selector(selector))
    return selector.matchers
}

/// Goes through the tokens of a query, one ahead of what has been understood: operators and what they stand between here,
/// the rest in extensions.
struct Parser {
    /// How deeply expressions may stand in each other: everything that walks them is recursive.
    static let greatestHeight = 500

    let text: String
    private var lexer: Lexer
    /// The first token that is not yet understood.
    private(set) var token: Token
    /// Behind the last token that was.
    private(set) var end = 0
    /// How many expressions stand in each other in the one that was read last.
    private var height = 0
    /// How many parentheses, calls and signs are being read.
    private var depth = 0

    init(_ text: String) throws(QuerySyntaxError) {
        self.text = text
        lexer = Lexer(text)
        token = try lexer.next()
    }

    /// Takes the token at hand.
    @discardableResult
    mutating func take() throws(QuerySyntaxError) -> Token {
        let taken = token
        end = taken.range.end
        token = try lexer.next()
        return taken
    }

    mutating func take(_ kind: Token.Kind) throws(QuerySyntaxError) -> Bool {
        guard token.kind == kind else { return false }
        try take()
        return true
    }

    mutating func expect(_ kind: Token.Kind, in context: String = "", _ expected: String = "") throws(QuerySyntaxError)
    {
        guard try take(kind) else { throw unexpected(in: context, expected) }
    }

    func expectEnd() throws(QuerySyntaxError) {
        if token.kind != .endOfInput { throw unexpected() }
    }

    // MARK: Operators

    /// Reads an expression of which each operator binds at least as strongly as `least`.
    mutating func expression(bindingAtLeast least: Int = 1) throws(QuerySyntaxError) -> Expression {
        try deeper()
        defer { depth -= 1 }
        var left = try operand()
        var height = height
        while case .operation(let operation) = token.kind, operation.precedence >= least {
            let operatorRange = try take().range
            let (returnsBool, matching) = try binaryModifiers()
            // A power binds from the right: what stands there may be a power again.
            let right = try expression(bindingAtLeast: operation.precedence + (operation == .power ? 0 : 1))
            height = try taller(max(height, self.height))
            left = .binary(
                BinaryOperation(
                    operation: operation, left: left, right: right, returnsBool: returnsBool, matching: matching,
                    operatorRange: operatorRange))
        }
        self.height = height
        return left
    }

    private mutating func operand() throws(QuerySyntaxError) -> Expression {
        guard case .operation(let operation) = token.kind, operation == .add || operation == .subtract else {
            return try withModifiers(primary())
        }
        let start = try take().range.start
        let inner = try expression(bindingAtLeast: BinaryOperator.signPrecedence + 1)
        if case .number(var literal) = inner {
            if operation == .subtract { literal.value = -literal.value }
            literal.range.start = start
            return .number(literal)
        }
        height = try taller(height)
        return .sign(
            Sign(isMinus: operation == .subtract, inner: inner, range: SourceRange(start, inner.range.end)))
    }

    /// Reads something that stands within something of its kind.
    mutating func nested<Node>(
        _ read: (inout Parser) throws(QuerySyntaxError) -> Node
    ) throws(QuerySyntaxError) -> Node {
        try deeper()
        defer { depth -= 1 }
        return try read(&self)
    }

    private mutating func deeper() throws(QuerySyntaxError) {
        depth += 1
        if depth > Self.greatestHeight { throw tooDeep() }
    }

    private func taller(_ height: Int) throws(QuerySyntaxError) -> Int {
        if height >= Self.greatestHeight { throw tooDeep() }
        return height + 1
    }

    private func tooDeep() -> QuerySyntaxError {
        error("expressions stand in each other more than \(Self.greatestHeight) deep", at: token.range)
    }

    // MARK: What operators stand between

    private mutating func primary() throws(QuerySyntaxError) -> Expression {
        let first = token
        height = 0
        switch first.kind {
        case .number, .duration: return .number(try numberLiteral())
        case .string:
            try take()
            return .string(StringLiteral(value: first.value, range: first.range))
        case .leftParenthesis:
            try take()
            let inner = try expression()
            height = try taller(height)
            try expect(.rightParenthesis)
            return .parenthesis(Parenthesis(inner: inner, range: SourceRange(first.range.start, end)))
        case .aggregator(let aggregator):
            if let aggregation = try aggregation(aggregator) { return aggregation }
        case .identifier where lexer.isBeforeParenthesis: return try call()
        case .keyword(let keyword) where keyword.isPreprocessor && lexer.isBeforeParenthesis: return try call()
        default: break
        }
        guard let selector = try selector() else { throw unexpected() }
        return .selector(selector)
    }

    private mutating func call() throws(QuerySyntaxError) -> Expression {
        let name = try take()
        let arguments = try arguments()
        guard let function = Function.named(name.text) else {
            throw error("unknown function with name \(quoted(name.text))", at: name.range)
        }
        if function.isExperimental { throw error("function \(quoted(name.text)) is not enabled", at: name.range) }
        return .call(
            Call(function: function, arguments: arguments, range: SourceRange(name.range.start, end)))
    }

    /// `(a, b)`
    private mutating func arguments() throws(QuerySyntaxError) -> [Expression] {
        try expect(.leftParenthesis)
        var arguments: [Expression] = []
        var tallest = 0
        if try !take(.rightParenthesis) {
            while true {
                arguments.append(try expression())
                tallest = max(tallest, height)
                let comma = token
                guard try take(.comma) else {
                    try expect(.rightParenthesis)
                    break
                }
                if token.kind == .rightParenthesis {
                    throw error("trailing commas not allowed in function call args", at: comma.range)
                }
            }
        }
        height = try taller(tallest)
        return arguments
    }

    /// An aggregation; nil when the word is a metric's name after all.
    private mutating func aggregation(_ aggregator: Aggregator) throws(QuerySyntaxError) -> Expression? {
        var look = self
        try look.take()
        let isAggregation =
            look.token.kind == .leftParenthesis || look.token.kind == .keyword(.by)
            || look.token.kind == .keyword(.without)
        guard isAggregation else { return nil }
        let start = try take().range.start
        var grouping = try aggregateModifier()
        guard token.kind == .leftParenthesis else { throw unexpected(in: "aggregation") }
        let arguments = try arguments()
        if grouping == nil { grouping = try aggregateModifier() }
        let range = SourceRange(start, end)
        if arguments.isEmpty { throw error("no arguments for aggregate expression provided", at: range) }
        if aggregator.isExperimental {
            throw error("\(aggregator.rawValue)() is experimental and not enabled", at: range)
        }
        let expected = aggregator.takesParameter ? 2 : 1
        guard arguments.count == expected, let inner = arguments.last else {
            throw error(
                "wrong number of arguments for aggregate expression provided, expected \(expected), got \(arguments.count)",
                at: range)
        }
        return .aggregation(
            Aggregation(
                aggregator: aggregator, parameter: aggregator.takesParameter ? arguments.first : nil, inner: inner,
                grouping: grouping?.labels ?? [], isWithout: grouping?.isWithout ?? false, range: range))
    }

    private mutating func aggregateModifier() throws(QuerySyntaxError) -> (labels: [String], isWithout: Bool)? {
        guard token.kind == .keyword(.by) || token.kind == .keyword(.without) else { return nil }
        let isWithout = try take().kind == .keyword(.without)
        return (try groupingLabels(), isWithout)
    }

    // MARK: Errors

    func error(_ message: String, at range: SourceRange) -> QuerySyntaxError {
        QuerySyntaxError(message: message, range: range, place: range.place(in: text))
    }

    /// The error that the token at hand does not belong here.
    func unexpected(in context: String = "", _ expected: String = "") -> QuerySyntaxError {
        var message = "unexpected \(token.description)"
        if !context.isEmpty { message += " in \(context)" }
        if !expected.isEmpty { message += ", expected \(expected)" }
        return error(message, at: token.range)
    }
}
