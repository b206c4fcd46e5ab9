/// One condition on a label, as in `job=~"api|web"`.
public struct LabelMatcher: Sendable, Hashable {
    /// How the value is compared.
    public enum Operation: String, Sendable {
        /// The same bytes.
        case equal = "="
        /// Other bytes.
        case notEqual = "!="
        /// The whole value matches the RE2 expression.
        case matches = "=~"
        /// The whole value does not match the RE2 expression.
        case notMatches = "!~"
    }

    /// The label looked at; one that a series does not have counts as empty.
    public var name: String
    /// How the value is compared.
    public var operation: Operation
    /// The value or expression compared with.
    public var value: String

    /// A condition on a label.
    public init(_ name: String, _ operation: Operation, _ value: String) {
        self.name = name
        self.operation = operation
        self.value = value
    }

    /// The condition that the metric has this name.
    public static func metric(_ name: String) -> LabelMatcher {
        LabelMatcher(Labels.metricName, .equal, name)
    }
}

extension LabelMatcher: CustomStringConvertible {
    /// As it is written in a selector.
    public var description: String {
        let shown = isLegacyLabelName(name) ? name : quoted(name)
        return "\(shown)\(operation.rawValue)\(quoted(value))"
    }
}
