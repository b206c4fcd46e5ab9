import Model
import PromQL
import Templates

/// Fills in what an alerting rule says about its series.
public struct AlertTemplates {
    private let externalLabels: Labels
    /// What templates may ask for.
    private let environment: TemplateEnvironment
    /// Texts that could not be filled in, and why.
    public private(set) var failures: [String] = []

    /// Templates that are filled in by themselves, or with what an environment answers.
    public init(externalLabels: Labels, environment: TemplateEnvironment) {
        self.externalLabels = externalLabels
        self.environment = environment
    }

    /// The alerts of a rule's series.
    public mutating func alerts(of rule: AlertingRule, _ vector: [VectorElement]) -> [ActiveAlert] {
        let (externalLabels, externalURL) = (externalLabels, environment.externalURL)
        var alerts: [ActiveAlert] = []
        alerts.reserveCapacity(vector.count)
        for element in vector {
            // Made when the first template asks for it: most texts are plain.
            lazy var data = TemplateValue.alert(
                labels: element.labels, value: element.value, externalLabels: externalLabels,
                externalURL: externalURL)
            var labels = element.labels.withoutMetric
            for label in rule.labels { labels.set(label.name, filled(label, data)) }
            labels.set(AlertInstance.nameLabel, rule.name)
            let annotations = rule.annotations.map { Label($0.name, filled($0, data)) }
            alerts.append(ActiveAlert(labels: labels, annotations: annotations, value: element.value))
        }
        return alerts
    }

    private mutating func filled(_ text: TemplatedText, _ data: @autoclosure () -> TemplateValue) -> String {
        do {
            return try text.template.expand(data(), environment: environment)
        } catch {
            failures.append("cannot fill in `\(text.name)`: \(error)")
            return "<error expanding template: \(error)>"
        }
    }
}
