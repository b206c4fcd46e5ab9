import Actions
import Configuration
import Model

/// What the configuration says about judging and acting: the sections that refer to each other.
public struct JudgingSection: Sendable {
    /// `actions`
    public var actions = ActionsSection()
    /// `thresholds`
    public var thresholds = ThresholdsSection()

    /// Reads the sections among the configuration's fields.
    public init(_ root: Fields, global: GlobalSection, using tools: ActionTools) {
        if let node = root.node("actions") { actions = ActionsSection(from: node, in: root.context, using: tools) }
        thresholds = ThresholdsSection(root, global: global)
        thresholds.check(actions: actions.actions.map(\.name), in: root.context)
    }
}
