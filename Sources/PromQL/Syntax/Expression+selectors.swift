extension Expression {
    /// Calls `body` with each selector of the query, those inside ranges and subqueries among them.
    public func forEachSelector(_ body: (InstantSelector) -> Void) {
        switch self {
        case .number, .string: break
        case .selector(let node): body(node)
        case .rangeSelector(let node): body(node.selector)
        case .subquery(let node): node.inner.forEachSelector(body)
        case .call(let node): for argument in node.arguments { argument.forEachSelector(body) }
        case .aggregation(let node):
            node.parameter?.forEachSelector(body)
            node.inner.forEachSelector(body)
        case .binary(let node):
            node.left.forEachSelector(body)
            node.right.forEachSelector(body)
        case .sign(let node): node.inner.forEachSelector(body)
        case .parenthesis(let node): node.inner.forEachSelector(body)
        }
    }
}
