import Model

/// A label matcher ready to be used many times.
public struct CompiledMatcher: Sendable {
    /// The matcher it was made from.
    public let matcher: LabelMatcher
    private let regex: RegularExpression?

    /// Compiles a matcher; throws when its expression is wrong.
    public init(_ matcher: LabelMatcher) throws(UserError) {
        self.matcher = matcher
        switch matcher.operation {
        case .equal, .notEqual: regex = nil
        case .matches, .notMatches: regex = try RegularExpression(matcher.value)
        }
    }

    /// Whether a value satisfies the condition; a missing label counts as empty.
    public func accepts(_ value: String) -> Bool {
        switch matcher.operation {
        case .equal: sameBytes(value, matcher.value)
        case .notEqual: !sameBytes(value, matcher.value)
        case .matches: regex?.matches(value) ?? false
        case .notMatches: !(regex?.matches(value) ?? true)
        }
    }

    /// Whether a series that does not have the label satisfies the condition.
    public var acceptsMissing: Bool { accepts("") }
}
