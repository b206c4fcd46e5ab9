import Model

// What `/api/v1/rules` and `/api/v1/alerts` tell, as plain values.

/// A group as the API shows it.
public struct GroupReport: Sendable {
    /// The group's name.
    public var name: String
    /// The file it stands in.
    public var file: String
    /// The rules in their order.
    public var rules: [RuleReport]
    /// How often it is evaluated, in milliseconds.
    public var interval: Int64
    /// How many series or alerts a rule may have; 0 for any number.
    public var limit: Int64
    /// How long the last evaluation took.
    public var evaluationNanoseconds: UInt64
    /// When that was, in Unix milliseconds; nil before the first.
    public var lastEvaluation: Int64?
}

/// A rule as the API shows it.
public struct RuleReport: Sendable {
    /// What only alerting rules have.
    public struct Alerting: Sendable {
        /// `unknown`, `inactive`, `pending` or `firing`: the furthest that one of the alerts is.
        public var state: String
        /// How long a series must be there, in milliseconds.
        public var holdFor: Int64
        /// How long an alert goes on firing without its series.
        public var keepFiringFor: Int64
        /// The annotations as they are written.
        public var annotations: [Label]
        /// The alerts that are pending or firing.
        public var alerts: [AlertReport]
    }

    /// The metric that is recorded, or the alert's name.
    public var name: String
    /// The expression, in the form of the query printer.
    public var query: String
    /// The labels as they are written.
    public var labels: [Label]
    /// How it fares.
    public var health: RuleHealth
    /// What went wrong last; empty when nothing did.
    public var lastError: String
    /// How long the last evaluation took.
    public var evaluationNanoseconds: UInt64
    /// When that was, in Unix milliseconds; nil before the first.
    public var lastEvaluation: Int64?
    /// What only alerting rules have; nil of a recording rule.
    public var alerting: Alerting?
}

/// An alert as the API shows it.
public struct AlertReport: Sendable {
    /// The labels.
    public var labels: Labels
    /// What is said about it.
    public var annotations: [Label]
    /// Pending or firing.
    public var state: AlertInstance.State
    /// Since when its series is there, in Unix milliseconds.
    public var activeAt: Int64
    /// Since when it fires without its series; nil while that is there.
    public var keepFiringSince: Int64?
    /// The value.
    public var value: Double
}

extension GroupEvaluator {
    /// The group as the API shows it, in a state of it.
    public func report(_ state: RuleGroupState) -> GroupReport {
        GroupReport(
            name: group.name, file: group.file,
            rules: zip(group.rules, state.rules).map { RuleReport($0, $1) }, interval: interval, limit: group.limit,
            evaluationNanoseconds: state.evaluationNanoseconds, lastEvaluation: state.lastEvaluation)
    }
}

extension RuleReport {
    init(_ rule: Rule, _ state: RuleState) {
        self.init(
            name: rule.name, query: rule.query.expression.description, labels: rule.labels, health: state.health,
            lastError: state.lastError, evaluationNanoseconds: state.evaluationNanoseconds,
            lastEvaluation: state.lastEvaluation)
        guard case .alerting(let rule) = rule else { return }
        let states = state.instances.map(\.state)
        let furthest: AlertInstance.State =
            states.contains(.firing) ? .firing : states.contains(.pending) ? .pending : .inactive
        alerting = Alerting(
            state: state.lastEvaluation == nil ? "unknown" : furthest.rawValue, holdFor: rule.holdFor,
            keepFiringFor: rule.keepFiringFor, annotations: rule.annotations.map { Label($0.name, $0.text) },
            alerts: state.instances.filter { $0.state != .inactive }.map(AlertReport.init))
    }
}

extension AlertReport {
    init(_ alert: AlertInstance) {
        self.init(
            labels: alert.labels, annotations: alert.annotations, state: alert.state, activeAt: alert.activeAt,
            keepFiringSince: alert.keepFiringSince, value: alert.value)
    }
}
