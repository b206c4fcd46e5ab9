import HTTPAPI
import Model
import Rules

/// The thresholds as the routes show them.
struct JudgedRules: RulesProvider {
    let judging: Judging
    /// The file that they stand in; empty where there is none.
    let file: String

    func ruleGroups() async throws -> [RuleGroupInformation] {
        judging.thresholdGroups().map { RuleGroupInformation($0, file: file) }
    }

    func thresholds() async throws -> [ThresholdInformation] {
        judging.thresholds().map { ThresholdInformation($0) }
    }
}

extension RuleGroupInformation {
    fileprivate init(_ group: ThresholdGroupReport, file: String) {
        self.init(
            name: group.name, file: file, interval: group.interval,
            rules: group.levels.map { RuleInformation($0, of: group) })
        evaluationNanoseconds = group.evaluationNanoseconds
        lastEvaluation = group.evaluated
    }
}

extension RuleInformation {
    fileprivate init(_ level: ThresholdLevelReport, of group: ThresholdGroupReport) {
        self.init(name: level.name, query: level.query)
        labels = level.labels
        health = group.evaluated == nil ? .unknown : level.trouble.isEmpty ? .ok : .failed
        lastError = level.trouble
        // The thresholds of a group are asked for and judged together.
        evaluationNanoseconds = group.evaluationNanoseconds
        lastEvaluation = group.evaluated
        let isFiring = level.alerts.contains(where: \.isActive)
        var alerting = Alerting(
            state: group.evaluated == nil
                ? "unknown" : isFiring ? "firing" : level.alerts.isEmpty ? "inactive" : "pending",
            holdFor: level.holdFor)
        alerting.annotations = Labels(level.annotations)
        alerting.alerts = level.alerts.map { AlertInformation($0) }
        self.alerting = alerting
    }
}

extension AlertInformation {
    fileprivate init(_ report: ThresholdAlertReport) {
        self.init(
            labels: report.alert.labels, annotations: report.alert.annotations, isFiring: report.isActive,
            activeAt: report.alert.startsAt, value: report.alert.value ?? .nan)
    }
}

extension ThresholdInformation {
    fileprivate init(_ status: ThresholdStatus) {
        self.init(
            name: status.threshold, query: status.query, labels: status.labels, state: status.state, since: status.since
        )
        value = status.value
        missingSince = status.missingSince
        pendingSince = status.pendingSince
        evaluated = status.evaluated
        error = status.trouble
        actions = status.actions.map { Action($0) }
    }
}

extension ThresholdInformation.Action {
    fileprivate init(_ state: ThresholdState.ActionState) {
        self.init(level: state.level, action: state.action, standing: "")
        switch state.standing {
        case .due: standing = "due"
        case .silenced: standing = "silenced"
        case .waiting(let until): (standing, self.until) = ("waiting", until)
        case .outstanding(let action): (standing, id) = ("outstanding", action)
        case .done(let until): (standing, self.until) = ("done", until)
        }
    }
}
