import HTTPAPI
import Model
import Rules

// Thresholds as alerting rules, a rule for each level.

extension RuleGroupInformation {
    init(_ group: ThresholdGroupReport, file: String) {
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
        let state = isFiring ? "firing" : level.alerts.isEmpty ? "inactive" : "pending"
        var alerting = Alerting(state: group.evaluated == nil ? "unknown" : state, holdFor: level.holdFor)
        alerting.annotations = level.annotations
        alerting.alerts = level.alerts.map { AlertInformation($0) }
        self.alerting = alerting
    }
}

extension AlertInformation {
    fileprivate init(_ report: ThresholdAlertReport) {
        self.init(
            labels: report.alert.labels, annotations: report.alert.annotations.pairs, isFiring: report.isActive,
            activeAt: report.alert.startsAt, value: report.alert.value ?? .nan)
    }
}
