import Model
import Patterns

/// Looks whether the parts of a query fit together, and notes in the tree what follows from their types.
struct TypeChecker {
    private let text: String

    init(_ text: String) { self.text = text }

    mutating func checked(_ expression: Expression) throws(QuerySyntaxError) -> Expression {
        switch expression {
        case .number, .string: return expression
        case .selector(let node):
            try check(node)
            return expression
        case .rangeSelector(let node):
            try check(node.selector)
            return expression
        case .subquery(var node):
            node.inner = try checked(node.inner)
            guard node.inner.type == .vector else {
                throw error(
                    "subquery is only allowed on instant vector, got \(node.inner.type.rawValue) instead",
                    at: node.range)
            }
            return .subquery(node)
        case .parenthesis(var node):
            node.inner = try checked(node.inner)
            return .parenthesis(node)
        case .sign(var node):
            node.inner = try checked(node.inner)
            guard node.inner.type == .scalar || node.inner.type == .vector else {
                throw error(
                    "unary expression only allowed on expressions of type scalar or instant vector, got "
                        + quoted(node.inner.type.documentedName), at: node.range)
            }
            return .sign(node)
        case .call(let node): return .call(try checked(node))
        case .aggregation(let node): return .aggregation(try checked(node))
        case .binary(let node): return .binary(try checked(node))
        }
    }

    // MARK: Selectors

    private func check(_ selector: InstantSelector) throws(QuerySyntaxError) {
        let named = selector.matchers.filter { sameBytes($0.name, Labels.metricName) }
        if !selector.name.isEmpty {
            // The last matcher is the one on the name before the braces.
            if named.count > 1, let other = named.first {
                throw error(
                    "metric name must not be set twice: \(quoted(selector.name)) or \(quoted(other.value))",
                    at: selector.range)
            }
            return
        }
        for matcher in selector.matchers {
            // The parser has compiled it before; a matcher that cannot be compiled is no reason to let a query through.
            if case .success(let compiled) = Result(catching: { try CompiledMatcher(matcher) }),
                !compiled.acceptsMissing
            {
                return
            }
        }
        throw error("vector selector must contain at least one non-empty matcher", at: selector.range)
    }

    // MARK: Calls and aggregations

    private mutating func checked(_ call: Call) throws(QuerySyntaxError) -> Call {
        var call = call
        let name = quoted(call.function.name)
        let given = call.arguments.count
        let least = call.function.fewestArguments
        if let most = call.function.mostArguments {
            if least == most, given != least {
                throw error("expected \(least) argument(s) in call to \(name), got \(given)", at: call.range)
            }
            if given > most {
                throw error("expected at most \(most) argument(s) in call to \(name), got \(given)", at: call.range)
            }
        }
        if given < least {
            throw error("expected at least \(least) argument(s) in call to \(name), got \(given)", at: call.range)
        }
        for (index, argument) in call.arguments.enumerated() {
            let checked = try checked(argument)
            let wanted = call.function.argumentType(index)
            guard checked.type == wanted else {
                throw error(
                    "expected type \(wanted.documentedName) in call to function \(name), got "
                        + checked.type.documentedName, at: argument.range)
            }
            call.arguments[index] = checked
        }
        return call
    }

    private mutating func checked(_ aggregation: Aggregation) throws(QuerySyntaxError) -> Aggregation {
        var aggregation = aggregation
        aggregation.inner = try expect(.vector, aggregation.inner, "aggregation expression")
        if let parameter = aggregation.parameter {
            let type: ValueType = aggregation.aggregator == .countValues ? .string : .scalar
            aggregation.parameter = try expect(type, parameter, "aggregation parameter")
        }
        return aggregation
    }

    private mutating func expect(
        _ type: ValueType, _ expression: Expression, _ context: String
    ) throws(QuerySyntaxError) -> Expression {
        let checked = try checked(expression)
        guard checked.type == type else {
            throw error(
                "expected type \(type.documentedName) in \(context), got \(checked.type.documentedName)",
                at: expression.range)
        }
        return checked
    }

    // MARK: Operators

    private mutating func checked(_ binary: BinaryOperation) throws(QuerySyntaxError) -> BinaryOperation {
        var binary = binary
        binary.left = try checked(binary.left)
        binary.right = try checked(binary.right)
        let (left, right) = (binary.left.type, binary.right.type)
        if binary.returnsBool, !binary.operation.isComparison {
            throw error("bool modifier can only be used on comparison operators", at: binary.operatorRange)
        }
        if binary.operation.isComparison, !binary.returnsBool, left == .scalar, right == .scalar {
            throw error("comparisons between scalars must use BOOL modifier", at: binary.operatorRange)
        }
        var matching = binary.matching ?? VectorMatching()
        if matching.isOn, let twice = matching.labels.first(where: { matching.included.contains($0) }) {
            throw error(
                "label \(quoted(twice)) must not occur in ON and GROUP clause at once", at: binary.operatorRange)
        }
        for side in [binary.left, binary.right] where side.type != .scalar && side.type != .vector {
            throw error("binary expression must contain only scalar and instant vector types", at: side.range)
        }
        if left == .scalar || right == .scalar {
            if !matching.labels.isEmpty {
                throw error("vector matching only allowed between instant vectors", at: binary.range)
            }
            if binary.operation.isSetOperator {
                throw error(
                    "set operator \(quoted(binary.operation.rawValue)) not allowed in binary scalar expression",
                    at: binary.range)
            }
            binary.matching = nil
            return binary
        }
        if binary.operation.isSetOperator {
            if matching.cardinality != .oneToOne {
                throw error(
                    "no grouping allowed for \(quoted(binary.operation.rawValue)) operation", at: binary.range)
            }
            matching.cardinality = .manyToMany
        }
        binary.matching = matching
        return binary
    }

    private func error(_ message: String, at range: SourceRange) -> QuerySyntaxError {
        QuerySyntaxError(message: message, range: range, place: range.place(in: text))
    }
}
