import Configuration
import Model

/// What an action does, by the key that its settings stand under.
public enum ActionKind: String, Sendable, CaseIterable {
    /// Writes a line to the log.
    case log
    /// Makes a file.
    case file
    /// Runs a program.
    case exec
    /// Calls a function of a shared library.
    case plugin
    /// Sends a request.
    case webhook
    /// Sends a mail.
    case email

    /// Reads the settings of the kind; nil when there is no action in them, which has been noted then.
    func action(from node: Node, in context: DecodingContext, using tools: ActionTools) -> (any Action)? {
        switch self {
        case .log: LogAction(Fields(node, in: context), logger: tools.logger)
        case .file: FileAction(Fields(node, in: context))
        case .exec: ExecAction(from: node, in: context)
        case .plugin: PluginAction(from: node, in: context, host: tools.pluginHost)
        case .webhook: WebhookAction(WebhookSection(from: node, in: context), tools: tools)
        case .email: EmailAction(EmailSection(from: node, in: context), tools: tools)
        }
    }
}
