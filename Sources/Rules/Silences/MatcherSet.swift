import Model
import Patterns

/// Conditions on labels that must all hold, ready to be used many times.
public struct MatcherSet: Sendable {
    /// The conditions as they were written.
    public let matchers: [LabelMatcher]
    private let compiled: [CompiledMatcher]

    /// No conditions: every set of labels is accepted.
    public init() {
        matchers = []
        compiled = []
    }

    /// Compiles conditions; throws when a name is empty or an expression wrong.
    public init(_ matchers: [LabelMatcher]) throws(UserError) {
        var compiled: [CompiledMatcher] = []
        for matcher in matchers {
            if matcher.name.isEmpty { throw UserError("cannot use matcher: the label name is empty") }
            compiled.append(try CompiledMatcher(matcher))
        }
        self.matchers = matchers
        self.compiled = compiled
    }

    /// Whether all conditions hold; a label that is not there counts as empty.
    public func accepts(_ labels: Labels) -> Bool {
        compiled.allSatisfy { $0.accepts(labels[$0.matcher.name] ?? "") }
    }

    /// Whether even labels that have none of these names are accepted. Such conditions most often accept everything.
    public var acceptsNoLabels: Bool { compiled.allSatisfy(\.acceptsMissing) }

    /// Whether both have the same conditions, in whatever order.
    public func hasSameMatchers(as other: MatcherSet) -> Bool {
        let (mine, theirs) = (matchers.map(\.description), other.matchers.map(\.description))
        return mine.count == theirs.count
            && zip(mine.sorted(by: bytesPrecede), theirs.sorted(by: bytesPrecede)).allSatisfy { sameBytes($0, $1) }
    }
}

extension MatcherSet: Hashable {
    /// Equal when the conditions are.
    public static func == (a: MatcherSet, b: MatcherSet) -> Bool { a.matchers == b.matchers }

    /// Hashes the conditions.
    public func hash(into hasher: inout Hasher) { hasher.combine(matchers) }
}

extension MatcherSet: CustomStringConvertible {
    /// As a selector has them: `{env=~"dev|test", severity="page"}`.
    public var description: String { "{\(matchers.map(\.description).joined(separator: ", "))}" }
}
