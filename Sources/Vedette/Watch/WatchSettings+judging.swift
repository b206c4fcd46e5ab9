import Actions
import Model
import Rules

extension WatchSettings {
    /// Whose turn it is, as a configuration would say it. Outside a cluster an instance without a lock file is alone.
    func leadershipSection(isInCluster: Bool) -> LeadershipSection {
        var section = LeadershipSection()
        guard election.isEnabled else { return section }
        section.lockFile = election.lockFile
        if election.lockFile == nil, isInCluster {
            section.lease = .init(
                name: election.lockName, namespace: election.lockNamespace.isEmpty ? nil : election.lockNamespace)
        }
        return section
    }
}

extension JudgingConfiguration {
    /// The one threshold of a watch, with its actions.
    init(_ settings: WatchSettings, _ actions: [String: ConfiguredAction], isInCluster: Bool) {
        self.init()
        // As long as it takes: the older program knows no bound for the last value.
        var rule = ThresholdRule(settings.levels.map(\.level), missing: settings.missing, missingFor: .max)
        rule.holdsWhenUnanswered = true
        rule.repeatsHighestOnly = true
        let threshold = Threshold(name: settings.query.text, query: settings.query, scope: .first, rule: rule)
        thresholds = [.init(threshold: threshold, interval: settings.interval, source: settings.source)]
        self.actions = actions
        leadership = settings.leadershipSection(isInCluster: isInCluster)
    }
}
