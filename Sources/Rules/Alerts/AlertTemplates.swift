import Model
import PromQL
import Templates

/// Fills in what an alerting rule says about its series.
struct AlertTemplates {
    let externalLabels: Labels
    /// What templates may ask for.
    let environment: TemplateEnvironment
    /// Texts that could not be filled in, and why.
    private(set) var failures: [String] = []

    init(externalLabels: Labels, environment: TemplateEnvironment) {
        self.externalLabels = externalLabels
        self.environment = environment
    }

    /// The alerts of a rule's series.
    mutating func alerts(of rule: AlertingRule, _ vector: [VectorElement]) -> [ActiveAlert] {
        vector.map { element in
            let data = TemplateValue.alert(
                labels: element.labels, value: element.value, externalLabels: externalLabels,
                externalURL: environment.externalURL)
            var labels = element.labels.withoutMetric
            for label in rule.labels { labels.set(label.name, filled(label, data)) }
            labels.set(AlertInstance.nameLabel, rule.name)
            return ActiveAlert(
                labels: labels, annotations: rule.annotations.map { Label($0.name, filled($0, data)) },
                value: element.value)
        }
    }

    private mutating func filled(_ text: TemplatedText, _ data: TemplateValue) -> String {
        do {
            return try text.template.expand(data, environment: environment)
        } catch {
            failures.append("cannot fill in `\(text.name)`: \(error)")
            return "<error expanding template: \(error)>"
        }
    }
}
