import Actions
import Model
import Rules

extension WatchSettings {
    /// Whose turn it is, as a configuration would say it.
    var leadershipSection: LeadershipSection {
        var section = LeadershipSection()
        if election.isEnabled { section.lockFile = election.lockFile }
        return section
    }
}

extension JudgingConfiguration {
    /// The one threshold of a watch, with its actions.
    init(_ settings: WatchSettings, _ actions: [String: ConfiguredAction]) {
        self.init()
        // As long as it takes: the older program knows no bound for the last value.
        var rule = ThresholdRule(settings.levels.map(\.level), missing: settings.missing, missingFor: .max)
        rule.holdsWhenUnanswered = true
        rule.repeatsHighestOnly = true
        let threshold = Threshold(name: settings.query.text, query: settings.query, scope: .first, rule: rule)
        thresholds = [.init(threshold: threshold, interval: settings.interval, source: settings.source)]
        self.actions = actions
        leadership = settings.leadershipSection
    }
}
