import Model
import PromQL

/// Writes a query as the tree that Prometheus's web page reads; members come in the order of their names.
func write(_ expression: Expression, to json: inout JSONWriter) {
    json.object { json in
        switch expression {
        case .number(let node):
            json.member("type", "numberLiteral")
            json.member("val", formatAPIValue(node.value))
        case .string(let node):
            json.member("type", "stringLiteral")
            json.member("val", node.value)
        case .selector(let node):
            write(node, to: &json)
            json.member("type", "vectorSelector")
        case .rangeSelector(let node): write(node, to: &json)
        case .subquery(let node): write(node, to: &json)
        case .call(let node): write(node, to: &json)
        case .aggregation(let node): write(node, to: &json)
        case .binary(let node): write(node, to: &json)
        case .sign(let node):
            json.key("expr")
            write(node.inner, to: &json)
            json.member("op", node.isMinus ? "-" : "+")
            json.member("type", "unaryExpr")
        case .parenthesis(let node):
            json.key("expr")
            write(node.inner, to: &json)
            json.member("type", "parenExpr")
        }
    }
}

private func write(_ node: InstantSelector, to json: inout JSONWriter) {
    write(node.matchers, to: &json)
    json.member("name", node.name)
    write(node.modifier, to: &json)
}

private func write(_ node: RangeSelector, to json: inout JSONWriter) {
    let selector = node.selector
    write(selector.matchers, to: &json)
    json.member("name", selector.name)
    json.member("offset", milliseconds(selector.modifier.offset))
    json.member("range", milliseconds(node.length))
    writeMoment(selector.modifier.moment, to: &json)
    json.member("type", "matrixSelector")
}

private func write(_ node: Subquery, to json: inout JSONWriter) {
    json.key("expr")
    write(node.inner, to: &json)
    json.member("offset", milliseconds(node.modifier.offset))
    json.member("range", milliseconds(node.length))
    writeStartOrEnd(node.modifier.moment, to: &json)
    json.member("step", milliseconds(node.step))
    writeTimestamp(node.modifier.moment, to: &json)
    json.member("type", "subquery")
}

private func write(_ node: Call, to json: inout JSONWriter) {
    json.key("args")
    json.array { json in
        for argument in node.arguments { write(argument, to: &json) }
    }
    json.key("func")
    json.object { json in
        json.key("argTypes")
        write(node.function.argumentTypes.map(\.rawValue), to: &json)
        json.member("name", node.function.name)
        json.member("returnType", node.function.returns.rawValue)
        json.member("variadic", node.function.variadic)
    }
    json.member("type", "call")
}

private func write(_ node: Aggregation, to json: inout JSONWriter) {
    json.key("expr")
    write(node.inner, to: &json)
    json.key("grouping")
    write(node.grouping, to: &json)
    json.member("op", node.aggregator.rawValue)
    json.key("param")
    if let parameter = node.parameter { write(parameter, to: &json) } else { json.null() }
    json.member("type", "aggregation")
    json.member("without", node.isWithout)
}

private func write(_ node: BinaryOperation, to json: inout JSONWriter) {
    json.member("bool", node.returnsBool)
    json.key("lhs")
    write(node.left, to: &json)
    json.key("matching")
    if let matching = node.matching {
        json.object { json in
            json.member("card", matching.cardinality.rawValue)
            json.key("include")
            write(matching.included, to: &json)
            json.key("labels")
            write(matching.labels, to: &json)
            json.member("on", matching.isOn)
        }
    } else {
        json.null()
    }
    json.member("op", node.operation.rawValue)
    json.key("rhs")
    write(node.right, to: &json)
    json.member("type", "binaryExpr")
}

private func write(_ matchers: [LabelMatcher], to json: inout JSONWriter) {
    json.key("matchers")
    json.array { json in
        for matcher in matchers {
            json.object { json in
                json.member("name", matcher.name)
                json.member("type", matcher.operation.rawValue)
                json.member("value", matcher.value)
            }
        }
    }
}

private func write(_ modifier: TimeModifier, to json: inout JSONWriter) {
    json.member("offset", milliseconds(modifier.offset))
    writeMoment(modifier.moment, to: &json)
}

private func writeMoment(_ moment: TimeModifier.Moment?, to json: inout JSONWriter) {
    writeStartOrEnd(moment, to: &json)
    writeTimestamp(moment, to: &json)
}

private func writeStartOrEnd(_ moment: TimeModifier.Moment?, to json: inout JSONWriter) {
    json.key("startOrEnd")
    switch moment {
    case .start: json.value("start")
    case .end: json.value("end")
    case .at, nil: json.null()
    }
}

private func writeTimestamp(_ moment: TimeModifier.Moment?, to json: inout JSONWriter) {
    json.key("timestamp")
    if case .at(let time) = moment { json.value(time) } else { json.null() }
}

private func write(_ texts: [String], to json: inout JSONWriter) {
    json.array { json in
        for text in texts { json.value(text) }
    }
}

/// A duration that has to be reckoned out has no length yet.
private func milliseconds(_ duration: DurationExpression?) -> Int64 { duration?.literalMilliseconds ?? 0 }
