import HTTPAPI
import Model
import Rules

// Groups of rule files, as the routes show them.

extension RuleGroupInformation {
    init(_ group: GroupReport) {
        self.init(
            name: group.name, file: group.file, interval: group.interval, rules: group.rules.map { RuleInformation($0) }
        )
        limit = group.limit
        evaluationNanoseconds = group.evaluationNanoseconds
        lastEvaluation = group.lastEvaluation
    }
}

extension RuleInformation {
    fileprivate init(_ rule: RuleReport) {
        self.init(name: rule.name, query: rule.query)
        labels = rule.labels
        health = Health(rule.health)
        lastError = rule.lastError
        evaluationNanoseconds = rule.evaluationNanoseconds
        lastEvaluation = rule.lastEvaluation
        alerting = rule.alerting.map { Alerting($0) }
    }
}

extension RuleInformation.Health {
    fileprivate init(_ health: RuleHealth) {
        switch health {
        case .unknown: self = .unknown
        case .ok: self = .ok
        case .err: self = .failed
        }
    }
}

extension RuleInformation.Alerting {
    fileprivate init(_ report: RuleReport.Alerting) {
        self.init(state: report.state, holdFor: report.holdFor)
        keepFiringFor = report.keepFiringFor
        annotations = report.annotations
        alerts = report.alerts.map { AlertInformation($0) }
    }
}

extension AlertInformation {
    fileprivate init(_ report: AlertReport) {
        self.init(
            labels: report.labels, annotations: report.annotations, isFiring: report.state == .firing,
            activeAt: report.activeAt, value: report.value)
        keepFiringSince = report.keepFiringSince
    }
}
