import Model

// Queries as text again, in Prometheus's form: what was written differently and means the same becomes the same.

extension Expression: CustomStringConvertible {
    /// The expression on one line.
    public var description: String {
        switch self {
        case .number(let node): node.text
        case .string(let node): quotedAsGo(node.value)
        case .selector(let node): node.text + node.modifier.text
        case .rangeSelector(let node): "\(node.selector.text)[\(node.length.text)]\(node.selector.modifier.text)"
        case .subquery(let node): "\(node.inner)\(node.suffix)"
        case .call(let node):
            "\(node.function.name)(\(node.arguments.map(\.description).joined(separator: ", ")))"
        case .aggregation(let node): node.text
        case .binary(let node): "\(node.leftText) \(node.operatorText) \(node.right)"
        case .sign(let node): "\(node.isMinus ? "-" : "+")\(node.inner)"
        case .parenthesis(let node): "(\(node.inner))"
        }
    }
}

extension BinaryOperation {
    /// The left side. The sign before `Inf` would be one before the whole power.
    var leftText: String {
        if operation == .power, case .number(let literal) = left, literal.value == .infinity { return "Inf" }
        return left.description
    }
}

extension NumberLiteral {
    var text: String {
        guard isDuration else { return formatAPIValue(value) }
        return (value < 0 ? "-" : "") + formatDuration(Int64((value.magnitude * 1000).rounded()))
    }
}

extension InstantSelector {
    /// Without modifiers.
    var text: String {
        let shown = matchers.filter { matcher in
            // The name before the braces says it already.
            name.isEmpty || !sameBytes(matcher.name, Labels.metricName) || matcher.operation != .equal
                || !sameBytes(matcher.value, name)
        }
        if shown.isEmpty { return name.isEmpty ? "{}" : name }
        return "\(name){\(shown.map(\.description).sorted(by: bytesPrecede).joined(separator: ","))}"
    }
}

extension TimeModifier {
    var text: String {
        var text = ""
        switch moment {
        case .at(let milliseconds):
            let sign = milliseconds < 0 ? "-" : ""
            let fraction = String(milliseconds.magnitude % 1000)
            let padding = String(repeating: "0", count: 3 - fraction.utf8.count)
            text += " @ \(sign)\(milliseconds.magnitude / 1000).\(padding)\(fraction)"
        case .start: text += " @ start()"
        case .end: text += " @ end()"
        case nil: break
        }
        if let offset, !offset.isZero { text += " offset \(offset.text)" }
        return text
    }
}

extension Subquery {
    var suffix: String { "[\(length.text):\(step?.text ?? "")]\(modifier.text)" }
}

extension Aggregation {
    var text: String {
        let parameter = parameter.map { "\($0), " } ?? ""
        return "\(operatorText)(\(parameter)\(inner))"
    }

    var operatorText: String {
        if isWithout { return "\(aggregator.rawValue) without (\(list(grouping))) " }
        return grouping.isEmpty ? aggregator.rawValue : "\(aggregator.rawValue) by (\(list(grouping))) "
    }
}

extension BinaryOperation {
    var operatorText: String {
        var text = operation.rawValue
        if returnsBool { text += " bool" }
        guard let matching else { return text }
        let isGrouped = matching.cardinality == .manyToOne || matching.cardinality == .oneToMany
        if !matching.labels.isEmpty || matching.isOn || isGrouped {
            text += " \(matching.isOn ? "on" : "ignoring") (\(list(matching.labels)))"
        }
        if isGrouped {
            let side = matching.cardinality == .manyToOne ? "left" : "right"
            text += " group_\(side) (\(list(matching.included)))"
        }
        return text
    }
}

extension DurationExpression {
    /// Less than half a millisecond is nothing, as it is when the series are read.
    fileprivate var isZero: Bool { literalMilliseconds == 0 }

    var text: String {
        switch self {
        case .literal(let literal):
            (literal.value < 0 ? "-" : "") + formatDuration(Int64((literal.value.magnitude * 1000).rounded()))
        case .step: "step()"
        case .range: "range()"
        case .least(let a, let b, _): "min_of(\(a.part), \(b.part))"
        case .most(let a, let b, _): "max_of(\(a.part), \(b.part))"
        case .negative(let inner, _): "-\(inner.part)"
        case .parenthesis(let inner, _): "(\(inner.part))"
        case .operation(let operation, let left, let right): "\(left.part) \(operation.rawValue) \(right.part)"
        }
    }

    /// Within an expression a number stays a number.
    private var part: String {
        if case .literal(let literal) = self { return literal.text }
        return text
    }
}

private func list(_ labels: [String]) -> String {
    labels.map { isLegacyLabelName($0) ? $0 : quoted($0) }.joined(separator: ", ")
}
