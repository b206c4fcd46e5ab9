import Model

/// A text with actions in double braces, in the language of Go's `text/template` with the functions of Prometheus; see
/// docs/templates.md. It is read once and can be expanded many times, by any thread.
public struct Template: Sendable {
    /// What it is called in messages.
    public let name: String
    private let content: Content

    private enum Content {
        /// A text without actions, as most are.
        case plain(String)
        case program(Program)
    }

    /// Reads a template; throws what is wrong with it, with its line and column in the text. `shape` is what is known of its data.
    public init(
        _ text: String, name: String = "", variables: [TemplateVariable] = [], shape: TemplateShape = .any
    ) throws(UserError) {
        self.name = name
        guard hasActions(text) else {
            content = .plain(text)
            return
        }
        do {
            let program = try Parser.program(of: text, variables: variables)
            try program.check(against: shape)
            content = .program(program)
        } catch {
            throw UserError("cannot read \(titled(name)): \(error.reason)", at: place(of: error, in: text))
        }
    }

    /// Whether there is nothing to expand: the text stays as it is.
    public var isPlain: Bool {
        if case .plain = content { true } else { false }
    }

    /// The text with its actions carried out on some data, which is asked for only when there are any. Throws what went wrong,
    /// with its line and column in the template.
    public func expand(
        _ data: @autoclosure () -> TemplateValue, environment: @autoclosure () -> TemplateEnvironment
    ) throws(UserError) -> String {
        switch content {
        case .plain(let text): return text
        case .program(let program):
            var expansion = Expansion(program, environment())
            do {
                return try expansion.expand(data())
            } catch {
                throw UserError(
                    "cannot expand \(titled(name)): \(error.reason)", at: place(of: error, in: program.source))
            }
        }
    }
}

private func hasActions(_ text: String) -> Bool {
    var isAfterBrace = false
    for byte in text.utf8 {
        let isBrace = byte == UInt8(ascii: "{")
        if isBrace && isAfterBrace { return true }
        isAfterBrace = isBrace
    }
    return false
}

private func titled(_ name: String) -> String { name.isEmpty ? "template" : "template \(quoted(name))" }

/// Line and column of a mistake.
private func place(of fault: TemplateFault, in text: String) -> Place? {
    guard let at = fault.at else { return nil }
    let before = text.utf8.prefix(max(0, at))
    let lastLine = before.lastIndex(of: UInt8(ascii: "\n")).map { before[before.index(after: $0)...] } ?? before
    let lines = before.reduce(into: 1) { lines, byte in if byte == UInt8(ascii: "\n") { lines += 1 } }
    return Place(line: lines, column: String(decoding: lastLine, as: UTF8.self).count + 1)
}
