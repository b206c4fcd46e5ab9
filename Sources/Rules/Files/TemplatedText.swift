import Model
import Templates

/// A label or annotation of an alerting rule: its name, and the template of its value.
public struct TemplatedText: Sendable {
    /// The name.
    public let name: String
    /// The value as it is written.
    public let text: String
    /// What it is made with.
    let template: Template

    /// Reads a value; throws what is wrong with its template. `alert` is the rule's name, for messages.
    public init(name: String, text: String, alert: String) throws(UserError) {
        self.name = name
        self.text = text
        template = try Template(text, name: "__alert_\(alert)", variables: .ofAlerts)
    }

    /// The text filled in; one that cannot be says why.
    func filled(_ data: TemplateValue, _ environment: TemplateEnvironment) -> String {
        do {
            return try template.expand(data, environment: environment)
        } catch {
            return "<error expanding template: \(error)>"
        }
    }
}
