import Configuration
import Model
import Requests

/// What the texts and secrets of one attempt are filled in from.
struct Filling: Sendable {
    /// The event it is about.
    let event: ActionEvent
    let tools: ActionTools
    /// The action's secrets; hidden ones for showing what would be done.
    let secrets: RevealedSecrets

    /// Where this appliance is reached from outside, if that is a link; else nothing.
    var home: String { link(event.externalURL) ?? "" }

    /// A text for this event; the other one where the configuration has none.
    func text(_ template: TextTemplate?, or other: @autoclosure () -> String) throws(UserError) -> String {
        guard let template else { return other() }
        return try template.expand(self)
    }

    /// The same on one line, for what has no room for more: a title, a name.
    func line(_ template: TextTemplate?, or other: @autoclosure () -> String) throws(UserError) -> String {
        onOneLine(try text(template, or: other()))
    }
}

/// A text that can be followed by whoever reads a message; nil for anything else.
func link(_ text: String) -> String? {
    let isLink =
        (text.hasPrefix("http://") || text.hasPrefix("https://")) && text.utf8.count <= 2048
        && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    return isLink ? text : nil
}
