import HTTPAPI
import Model
import Rules

/// The rules and thresholds as the routes show them.
struct JudgedRules: RulesProvider {
    let judging: Judging
    /// The file that the thresholds stand in; empty where there is none.
    let file: String

    func ruleGroups() async throws -> [RuleGroupInformation] {
        judging.ruleGroups().map { RuleGroupInformation($0) }
            + judging.thresholdGroups().map { RuleGroupInformation($0, file: file) }
    }

    func thresholds() async throws -> [ThresholdInformation] {
        judging.thresholds().map { ThresholdInformation($0) }
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
    fileprivate init(_ state: ThresholdStatus.Action) {
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
