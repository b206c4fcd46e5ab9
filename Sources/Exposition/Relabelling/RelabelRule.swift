import Model
import Patterns

/// One step of `relabel_configs` or `metric_relabel_configs`, checked and ready to be applied.
public struct RelabelRule: Sendable {
    /// What a step does.
    public enum Action: String, Sendable, CaseIterable {
        /// Sets the target label to the replacement when the regex matches.
        case replace
        /// Drops what the regex does not match.
        case keep
        /// Drops what the regex matches.
        case drop
        /// Drops what differs from the target label.
        case keepequal
        /// Drops what equals the target label.
        case dropequal
        /// Sets the target label to a hash modulo the modulus.
        case hashmod
        /// Copies labels whose names the regex matches to the name that the replacement makes.
        case labelmap
        /// Takes away labels whose names the regex matches.
        case labeldrop
        /// Takes away labels whose names the regex does not match.
        case labelkeep
        /// Sets the target label to the value in lower case.
        case lowercase
        /// Sets the target label to the value in upper case.
        case uppercase
    }

    /// What the step does.
    public let action: Action
    /// The labels whose values, joined by the separator, are looked at.
    public let sourceLabels: [String]
    /// What stands between the values.
    public let separator: String
    /// What the value, or for the `label…` actions the name, is compared with.
    public let regex: RegularExpression
    /// The modulus of `hashmod`.
    public let modulus: UInt64
    /// The label that is set, or a template of its name.
    public let targetLabel: String
    /// The template of the value, or for `labelmap` of the name.
    public let replacement: String
    /// Whether names are held to letters, digits and underscores.
    public let legacyNames: Bool

    // What the templates are is found out once, for `apply` runs for every new series.
    let replacementForm: TemplateForm
    let targetIsTemplate: Bool
    let matchesEverything: Bool
}

/// What a template amounts to.
enum TemplateForm {
    /// No `$` in it.
    case literal
    /// `$1`, and the expression is `(.*)`: the value as it is.
    case wholeValue
    /// Anything else.
    case general
}

extension RelabelRule: Hashable {
    /// Equal when both say the same.
    public static func == (a: RelabelRule, b: RelabelRule) -> Bool {
        a.action == b.action && a.modulus == b.modulus && a.legacyNames == b.legacyNames
            && a.sourceLabels.count == b.sourceLabels.count
            && zip(a.sourceLabels, b.sourceLabels).allSatisfy { sameBytes($0, $1) }
            && sameBytes(a.separator, b.separator) && sameBytes(a.regex.pattern, b.regex.pattern)
            && sameBytes(a.targetLabel, b.targetLabel) && sameBytes(a.replacement, b.replacement)
    }

    /// Hashes what it says.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(action)
        hasher.combine(regex.pattern)
        hasher.combine(targetLabel)
        hasher.combine(replacement)
    }
}
