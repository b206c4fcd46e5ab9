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
    public var actions: [Action]

    /// An action of a level, and where it stands.
    public struct Action: Sendable, Hashable {
        /// The level's name.
        public var level: String
        /// The action's name.
        public var action: String
        /// Where it stands.
        public var standing: Standing
    }

    /// Where an action stands.
    public enum Standing: Sendable, Hashable {
        /// It is to be run.
        case due
        /// It would have been run but for a silence; when that is over it is due.
        case silenced
        /// The level has been entered again before the pause was over: it is due then.
        case waiting(until: Int64)
        /// It has been decided on, and how it ended is not known yet.
        case outstanding(action: Int64)
        /// It has been run; the pause is over at that time, or never.
        case done(until: Int64?)
    }
}

extension ThresholdStatus.Action {
    fileprivate init(_ action: ThresholdState.ActionState, _ state: ThresholdState, _ rule: ThresholdRule) {
        level = action.level
        self.action = action.action
        let of = rule.level(of: action)
        let pauseEnd = action.pauseEnd(of)
        let isActive = state.active.contains { $0.name == action.level }
        if let id = action.underWay {
            standing = .outstanding(action: id)
        } else if action.isSilenced {
            standing = .silenced
        } else if isActive, !action.isTold, of?.onEnter.contains(action.action) == true {
            let waits = [pauseEnd, action.notBefore].compactMap { $0 }.max()
            standing = waits.map { .waiting(until: $0) } ?? .due
        } else {
            standing = .done(until: pauseEnd)
        }
    }
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
                    evaluated: evaluated, trouble: entry.trouble,
                    actions: instance.state.actions.map { .init($0, instance.state, entry.threshold.rule) })
            }
        }
    }

    /// The alerts of all levels that are active.
    func alerts(externalURL: String) -> [ActionAlert] {
        entries.flatMap { entry in
            entry.instances.values.flatMap { instance in
                let subject = ThresholdSubject(
                    threshold: entry.threshold, labels: instance.labels, externalURL: externalURL, now: evaluated ?? 0)
                return instance.state.active.map { subject.alert($0.name, since: $0.since, instance.state) }
            }
        }
    }
}
