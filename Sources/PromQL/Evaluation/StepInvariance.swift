// What is the same at every step is evaluated once.
extension Expression {
    /// Whether an instant vector is the same at every step, because all of it is fixed in time by `@`.
    var isStepInvariant: Bool {
        switch self {
        case .number, .string: true
        case .selector(let node): node.modifier.moment != nil
        case .rangeSelector(let node): node.selector.modifier.moment != nil
        case .subquery(let node): node.modifier.moment != nil
        case .parenthesis(let node): node.inner.isStepInvariant
        case .sign(let node): node.inner.isStepInvariant
        case .binary(let node): node.left.isStepInvariant && node.right.isStepInvariant
        case .aggregation(let node):
            node.inner.isStepInvariant && (node.parameter?.isStepInvariant ?? true)
        case .call(let node): node.isStepInvariant
        }
    }
}

extension Call {
    /// Functions that look at the time of the evaluation are not, whatever their arguments.
    fileprivate var isStepInvariant: Bool {
        switch function.name {
        case "time", "predict_linear": return false
        case "timestamp":
            guard case .selector(let selector)? = arguments.first?.unwrapped else { return false }
            return selector.modifier.moment != nil
        case "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year":
            return !arguments.isEmpty && arguments.allSatisfy(\.isStepInvariant)
        default: return arguments.allSatisfy(\.isStepInvariant)
        }
    }
}
