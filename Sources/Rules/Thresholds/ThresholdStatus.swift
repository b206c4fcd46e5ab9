import Actions
import Model
import Store

/// A series of a threshold as it may be shown. Times are Unix milliseconds.
public struct ThresholdStatus: Sendable, Hashable {
    /// The threshold's name.
    public var threshold: String
    /// What is asked for.
    public var query: String
    /// The labels of the series.
    public var labels: Labels
    /// In one word: `ok`, `pending`, the active level's name, or `no_data`.
    public var state: String
    /// When that began.
    public var since: Int64
    /// The last value there was.
    public var value: Double?
    /// Since when there has been no value; nil when there is one.
    public var missingSince: Int64?
    /// Since when the value has been on the far side of the next level.
    public var pendingSince: Int64?
    /// When the threshold was evaluated last.
    public var evaluated: Int64?
    /// Why the source did not answer; empty when it did.
    public var trouble: String
    /// The actions, and where they stand.
    public var actions: [ThresholdState.ActionState]
}

extension ThresholdGroup {
    /// The states of all series, in the order of the thresholds and of the labels.
    func states() -> [ThresholdStatus] {
        entries.flatMap { entry in
            entry.instances.values.sorted { $0.labels < $1.labels }.map { instance in
                ThresholdStatus(
                    threshold: entry.threshold.name, query: entry.threshold.query.text, labels: instance.labels,
                    state: instance.state.name, since: instance.state.since, value: instance.state.last?.value,
                    missingSince: instance.state.missingSince, pendingSince: instance.state.pendingSince,
                    evaluated: evaluated, trouble: entry.trouble, actions: instance.state.actions)
            }
        }
    }

    /// The alerts of all levels that are active.
    func alerts(externalURL: String) -> [ActionAlert] {
        entries.flatMap { entry in
            entry.instances.values.flatMap { instance in
                let subject = ThresholdSubject(
                    threshold: entry.threshold, labels: instance.labels, instance: instanceID(instance.slot),
                    externalURL: externalURL, now: evaluated ?? 0)
                return instance.state.active.map { subject.alert($0.name, since: $0.since, instance.state) }
            }
        }
    }

    /// What is stored of it at present; nil before the first evaluation.
    func rows() -> (JudgedGroup, [JudgedInstance])? {
        guard evaluated != nil else { return nil }
        let instances = entries.flatMap { entry in
            entry.instances.values.map { row(of: $0, entry.threshold) }
        }
        return (row, instances)
    }
}
