import Model

// Numbers, durations, and what moves a selector in time.
extension Parser {
    /// What stands behind an expression: a range in brackets, `offset`, `@`.
    mutating func withModifiers(_ expression: Expression) throws(QuerySyntaxError) -> Expression {
        var expression = expression
        while true {
            switch token.kind {
            case .leftBracket: expression = try bracketed(expression)
            case .keyword(.offset):
                try take()
                let offset = try offsetDuration()
                try modify(&expression, "offset modifier") { (modifier) throws(String.Reason) in
                    if modifier.offset != nil { throw .init("offset may not be set multiple times") }
                    modifier.offset = offset
                }
            case .at:
                try take()
                let moment = try moment(expression)
                try modify(&expression, "@ modifier") { (modifier) throws(String.Reason) in
                    if modifier.moment != nil { throw .init("@ <timestamp> may not be set multiple times") }
                    modifier.moment = moment
                }
            case .keyword(.anchored), .keyword(.smoothed):
                throw error("\(token.text) modifier is experimental and not enabled", at: expression.range)
            default: return expression
            }
        }
    }

    private func modify(
        _ expression: inout Expression, _ what: String, _ change: (inout TimeModifier) throws(String.Reason) -> Void
    ) throws(QuerySyntaxError) {
        let range = expression.range
        do throws(String.Reason) {
            switch expression {
            case .selector(var node):
                try change(&node.modifier)
                node.range.end = end
                expression = .selector(node)
            case .rangeSelector(var node):
                try change(&node.selector.modifier)
                node.range.end = end
                expression = .rangeSelector(node)
            case .subquery(var node):
                try change(&node.modifier)
                node.range.end = end
                expression = .subquery(node)
            default:
                throw .init(
                    "\(what) must be preceded by an instant vector selector or range vector selector or a subquery")
            }
        } catch {
            throw self.error(error.text, at: range)
        }
    }

    // MARK: Brackets

    /// `[5m]` or `[1h:1m]`, and what stands before it.
    private mutating func bracketed(_ expression: Expression) throws(QuerySyntaxError) -> Expression {
        let bracket = try take().range.start
        let length = try positiveDuration("subquery or range selector", "number, duration, step(), or range()")
        if try take(.colon) {
            var step: DurationExpression?
            if token.kind != .rightBracket {
                step = try positiveDuration(
                    "subquery selector", "number, duration, step(), range(), or \"]\"")
            }
            try expect(.rightBracket, in: "subquery selector", "\"]\"")
            return .subquery(
                Subquery(
                    inner: expression, length: length, step: step, range: SourceRange(expression.range.start, end)))
        }
        try expect(.rightBracket, in: "subquery or range", "\":\" or \"]\"")
        guard case .selector(let selector) = expression else {
            throw error("ranges only allowed for vector selectors", at: SourceRange(bracket, end))
        }
        if selector.modifier.offset != nil {
            throw error("no offset modifiers allowed before range", at: SourceRange(bracket, end))
        }
        if selector.modifier.moment != nil {
            throw error("no @ modifiers allowed before range", at: SourceRange(bracket, end))
        }
        return .rangeSelector(
            RangeSelector(selector: selector, length: length, range: SourceRange(selector.range.start, end)))
    }

    private mutating func positiveDuration(
        _ context: String, _ expected: String
    ) throws(QuerySyntaxError) -> DurationExpression {
        let duration = try duration(context, expected)
        // Less than half a millisecond is nothing either: times are whole ones.
        if let milliseconds = duration.literalMilliseconds, milliseconds <= 0 {
            throw error("duration must be greater than 0", at: duration.sourceRange)
        }
        return duration
    }

    // MARK: @

    private mutating func moment(_ expression: Expression) throws(QuerySyntaxError) -> TimeModifier.Moment {
        switch token.kind {
        case .keyword(.start), .keyword(.end):
            let isStart = try take().kind == .keyword(.start)
            try expect(.leftParenthesis, in: "@", "timestamp")
            try expect(.rightParenthesis, in: "@", "timestamp")
            return isStart ? .start : .end
        default: break
        }
        var isMinus = false
        if case .operation(let operation) = token.kind, operation == .add || operation == .subtract {
            isMinus = operation == .subtract
            try take()
        }
        guard token.kind == .number || token.kind == .duration else { throw unexpected(in: "@", "timestamp") }
        let magnitude = try numberLiteral().value
        let seconds = isMinus ? -magnitude : magnitude
        // Times far beyond every sample would only overflow in what is reckoned with them.
        // By parts: in very large products a thousandth is rounded away, and what is printed would be read otherwise.
        let whole = seconds.rounded(.towardZero)
        let thousands = whole * 1000 + ((seconds - whole) * 1000).rounded()
        guard let milliseconds = Int64(exactly: thousands), Steps.times.contains(milliseconds) else {
            throw error(
                "timestamp out of bounds for @ modifier: \(formatAPIValue(seconds))", at: expression.range)
        }
        return .at(milliseconds)
    }

    // MARK: Durations

    /// Behind `offset`: one duration with perhaps a sign. What is reckoned out stands in parentheses.
    private mutating func offsetDuration() throws(QuerySyntaxError) -> DurationExpression {
        try signedDuration("offset", "number, duration, step(), or range()") { (parser) throws(QuerySyntaxError) in
            try parser.durationOperand("offset", "number, duration, step(), or range()")
        }
    }

    /// An arithmetic expression of durations, of which each operator binds at least as strongly as `least`.
    private mutating func duration(
        _ context: String = "", _ expected: String = "", bindingAtLeast least: Int = 1
    ) throws(QuerySyntaxError) -> DurationExpression {
        var left = try signedDuration(context, expected) { (parser) throws(QuerySyntaxError) in
            // A sign binds like a multiplication: only a power comes before it.
            try parser.durationPower(context, expected)
        }
        var length = 0
        while case .operation(let operation) = token.kind, operation.changesMeaning, operation != .atan2,
            operation.precedence >= least
        {
            length += 1
            if length > Self.greatestHeight { throw error("a duration of too many parts", at: token.range) }
            let sign = try take()
            let right = try duration(
                bindingAtLeast: operation.precedence + (operation == .power ? 0 : 1))
            if operation == .divide || operation == .modulo, case .literal(let literal) = right, literal.value == 0 {
                throw error(operation == .divide ? "division by zero" : "modulo by zero", at: sign.range)
            }
            left = .operation(operation, left, right)
        }
        return left
    }

    private mutating func durationPower(
        _ context: String, _ expected: String
    ) throws(QuerySyntaxError) -> DurationExpression {
        let base = try durationOperand(context, expected)
        guard try take(.operation(.power)) else { return base }
        let exponent = try nested { (parser) throws(QuerySyntaxError) in
            try parser.duration(bindingAtLeast: BinaryOperator.power.precedence)
        }
        return .operation(.power, base, exponent)
    }

    private mutating func signedDuration(
        _ context: String, _ expected: String,
        _ inner: (inout Parser) throws(QuerySyntaxError) -> DurationExpression
    ) throws(QuerySyntaxError) -> DurationExpression {
        guard case .operation(let operation) = token.kind, operation == .add || operation == .subtract else {
            return try inner(&self)
        }
        let start = try take().range.start
        let duration = try inner(&self)
        switch duration {
        case .literal(var literal):
            if operation == .subtract { literal.value = -literal.value }
            literal.range.start = start
            return .literal(literal)
        default:
            return operation == .subtract
                ? .negative(duration, SourceRange(start, duration.sourceRange.end)) : duration
        }
    }

    private mutating func durationOperand(
        _ context: String, _ expected: String
    ) throws(QuerySyntaxError) -> DurationExpression {
        let start = token.range.start
        switch token.kind {
        case .number, .duration:
            let literal = try numberLiteral()
            // NaN is no length either.
            guard literal.value.magnitude <= DurationExpression.longestSeconds else {
                throw error("duration out of range", at: literal.range)
            }
            return .literal(literal)
        case .keyword(.step), .keyword(.range):
            let isStep = try take().kind == .keyword(.step)
            try expect(.leftParenthesis)
            try expect(.rightParenthesis)
            return isStep ? .step(SourceRange(start, end)) : .range(SourceRange(start, end))
        case .keyword(.minOf), .keyword(.maxOf):
            let isLeast = try take().kind == .keyword(.minOf)
            try expect(.leftParenthesis)
            let first = try nestedDuration()
            try expect(.comma)
            let second = try nestedDuration()
            try expect(.rightParenthesis)
            let range = SourceRange(start, end)
            return isLeast ? .least(first, second, range) : .most(first, second, range)
        case .leftParenthesis:
            try take()
            let inner = try nestedDuration()
            try expect(.rightParenthesis)
            return .parenthesis(inner, SourceRange(start, end))
        default: throw unexpected(in: context, expected)
        }
    }

    private mutating func nestedDuration() throws(QuerySyntaxError) -> DurationExpression {
        try nested { (parser) throws(QuerySyntaxError) in try parser.duration() }
    }

    // MARK: Numbers

    /// A number, or a duration as a number of seconds.
    mutating func numberLiteral() throws(QuerySyntaxError) -> NumberLiteral {
        let literal = try take()
        if literal.kind == .duration {
            do throws(UserError) {
                let milliseconds = try parseDuration(literal.text)
                guard Double(milliseconds) / 1000 <= DurationExpression.longestSeconds else {
                    throw UserError("duration out of range")
                }
                return NumberLiteral(value: Double(milliseconds) / 1000, isDuration: true, range: literal.range)
            } catch {
                let isTooLong = error.message.contains("out of range")
                throw self.error(
                    isTooLong ? "duration out of range" : "not a valid duration string: \(quoted(literal.text))",
                    at: literal.range)
            }
        }
        guard let value = queryNumber(literal.text) else {
            let isHexadecimal = literal.text.lowercased().hasPrefix("0x")
            throw error(
                "error parsing number: strconv.ParseFloat: parsing \(quoted(literal.text)): "
                    + (isHexadecimal ? "invalid syntax" : "value out of range"), at: literal.range)
        }
        return NumberLiteral(value: value, isDuration: false, range: literal.range)
    }
}

extension String {
    /// A reason that is to be given a place.
    fileprivate struct Reason: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }
}

/// A number as Go reads it: whole numbers may be hexadecimal, or octal with a leading zero; underscores separate digits.
private func queryNumber(_ text: String) -> Double? {
    let digits = text.utf8.filter { $0 != UInt8(ascii: "_") }
    let plain = String(decoding: digits, as: UTF8.self)
    if plain.lowercased().hasPrefix("0x") { return Int64(plain.dropFirst(2), radix: 16).map(Double.init) }
    if plain.hasPrefix("0"), plain.utf8.count > 1, let octal = Int64(plain, radix: 8) { return Double(octal) }
    return digits.withUnsafeBytes { readNumber($0)?.double }
}
