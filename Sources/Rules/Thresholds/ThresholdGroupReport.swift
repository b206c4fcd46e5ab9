import Actions
import Model
import PromQL

/// The thresholds of one source and interval as they may be shown: the way Prometheus shows a group of alerting rules. Times are Unix
/// milliseconds.
public struct ThresholdGroupReport: Sendable {
    /// What the group is found by.
    public var name: String
    /// How often it is evaluated.
    public var interval: Int64
    /// When it was evaluated last; nil before the first time.
    public var evaluated: Int64?
    /// How long that took.
    public var evaluationNanoseconds: UInt64
    /// A rule for each level of each threshold, in their order.
    public var levels: [ThresholdLevelReport]
}

/// A level of a threshold as an alerting rule.
public struct ThresholdLevelReport: Sendable {
    /// The threshold's name.
    public var name: String
    /// What is asked for, and what it is held against.
    public var query: String
    /// How long the value has to be on the far side.
    public var holdFor: Int64
    /// The labels that its alerts have besides the series'.
    public var labels: [Label]
    /// What is said about its alerts, as it is written.
    public var annotations: [Label]
    /// Why the source did not answer; empty when it did.
    public var trouble: String
    /// The series that are on the far side, in the order of their labels.
    public var alerts: [ThresholdAlertReport]
}

/// A series of a threshold that is on the far side of a level.
public struct ThresholdAlertReport: Sendable {
    /// The alert.
    public var alert: ActionAlert
    /// Whether the level is active; else it is about to be.
    public var isActive: Bool
}

extension ThresholdGroup {
    /// The group as it may be shown.
    func report(interval: Int64, evaluationNanoseconds: UInt64, externalURL: String) -> ThresholdGroupReport {
        ThresholdGroupReport(
            name: name, interval: interval, evaluated: evaluated, evaluationNanoseconds: evaluationNanoseconds,
            levels: entries.flatMap { entry in
                let instances = entry.instances.values.sorted { $0.labels < $1.labels }
                return entry.threshold.rule.levels.indices.map { report(entry, instances, level: $0, externalURL) }
            })
    }

    private func report(
        _ entry: Entry, _ instances: [Instance], level index: Int, _ externalURL: String
    ) -> ThresholdLevelReport {
        let threshold = entry.threshold
        let level = threshold.rule.levels[index]
        var labels = threshold.labels
        if threshold.rule.levels.count > 1 { labels.append(Label("level", level.name)) }
        let alerts = instances.compactMap { alert(of: $0, threshold, level: index, externalURL) }
        return ThresholdLevelReport(
            name: threshold.name, query: threshold.query.expression.compared(level.comparison), holdFor: level.holdFor,
            labels: labels, annotations: threshold.annotations.map { Label($0.name, $0.text) }, trouble: entry.trouble,
            alerts: alerts)
    }

    /// The alert that a level has of a series; nil when there is none.
    private func alert(
        of instance: Instance, _ threshold: Threshold, level index: Int, _ externalURL: String
    ) -> ThresholdAlertReport? {
        let name = threshold.rule.levels[index].name
        let subject = ThresholdSubject(
            threshold: threshold, labels: instance.labels, externalURL: externalURL, now: evaluated ?? 0)
        if let active = instance.state.active.first(where: { sameBytes($0.name, name) }) {
            return ThresholdAlertReport(
                alert: subject.alert(name, since: active.heldSince, instance.state), isActive: true)
        }
        // What is pending is the level behind those that are active.
        guard let since = instance.state.pendingSince, instance.state.active.count == index else { return nil }
        return ThresholdAlertReport(alert: subject.alert(name, since: since, instance.state), isActive: false)
    }
}

extension Expression {
    /// The expression with a comparison behind it, as a query has it.
    fileprivate func compared(_ comparison: Comparison) -> String {
        if case .binary = self { return "(\(description)) \(comparison)" }
        return "\(description) \(comparison)"
    }
}
