import Configuration
import Model
import Templates

/// A text of the configuration in which templates may stand.
struct TextTemplate: Sendable {
    private let template: Template

    /// Reads the text under a key; nil when there is none, or it cannot be read, which is reported.
    init?(_ fields: Fields, _ key: String) {
        guard let node = fields.node(key) else { return nil }
        self.init(node, key, in: fields.context)
    }

    /// Reads a text; `name` is what it is called in messages.
    init?(_ node: Node, _ name: String, in context: DecodingContext) {
        guard let text = context.string(node) else { return nil }
        self.init(text, name, at: node.place, in: context)
    }

    /// Takes a text that was read before.
    init?(_ text: String, _ name: String, at place: Place, in context: DecodingContext) {
        do {
            template = try Template(
                text, name: name, variables: ActionEvent.templateVariables, shape: ActionEvent.templateShape)
        } catch {
            context.fail(inOneSentence(error), at: place)
            return nil
        }
    }

    /// Whether it says the same of every event.
    var isPlain: Bool { template.isPlain }

    /// The text for an event.
    func expand(_ filling: Filling) throws(UserError) -> String {
        do {
            return try template.expand(
                filling.event.templateValue, environment: filling.tools.environment(of: filling.event))
        } catch {
            throw UserError(inOneSentence(error))
        }
    }
}

/// The place is one in the template, whose own place is another.
private func inOneSentence(_ error: UserError) -> String {
    guard let place = error.place else { return error.message }
    return "\(error.message) (line \(place.line), column \(place.column) of the text)"
}
