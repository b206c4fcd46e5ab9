import Actions
import Configuration
import Model

/// What the configuration says about judging and acting: the sections that refer to each other.
public struct JudgingSection: Sendable {
    /// `actions`
    public var actions = ActionsSection()
    /// `thresholds`
    public var thresholds = ThresholdsSection()
    /// `rule_files`
    public var ruleFiles = RuleFilesSection()
    /// `routes`
    public var routes = RoutesSection()
    /// `silences`
    public var silences = SilencesSection()
    /// `maintenance`
    public var maintenance = MaintenanceSection()
    /// `leadership`
    public var leadership = LeadershipSection()

    /// Reads the sections among the configuration's fields.
    public init(_ root: Fields, global: GlobalSection, using tools: ActionTools) {
        if let node = root.node("actions") { actions = ActionsSection(from: node, in: root.context, using: tools) }
        thresholds = ThresholdsSection(root, global: global)
        let names = actions.actions.map(\.name)
        thresholds.check(actions: names, in: root.context)
        ruleFiles = RuleFilesSection(root, global: global)
        routes = RoutesSection(root, actions: names)
        silences = root.section("silences") ?? silences
        maintenance = root.section("maintenance") ?? maintenance
        leadership = root.section("leadership") ?? leadership
    }
}
