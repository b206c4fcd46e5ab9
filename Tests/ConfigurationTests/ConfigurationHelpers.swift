import Model

@testable import Configuration

/// A node as a line of text, for comparing with what was expected.
func outline(_ node: Node) -> String {
    switch node.content {
    case .null: "null"
    case .scalar(let scalar): scalar.isPlain ? scalar.text : quoted(scalar.text)
    case .list(let items): "[" + items.map(outline).joined(separator: ", ") + "]"
    case .map(let entries):
        "{" + entries.map { "\($0.key): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}

/// What reading a text gives: its outline, or the error.
func outline(of text: String, limits: ReadingLimits = .configuration) -> String {
    do {
        return outline(try readDocument(Array(text.utf8), limits: limits))
    } catch {
        return "\(error)"
    }
}

/// Decodes a text and returns what came of it with all problems, errors first.
func decoded<Value: Sendable>(
    _ text: String, environment: [String: String] = [:], _ decode: (Fields) -> Value
) -> (value: Value?, problems: [String]) {
    let context = DecodingContext(environment: environment, folder: "/etc/vedette")
    do {
        let loaded = try loadConfiguration(Array(text.utf8), in: context, decode: decode)
        return (loaded.value, loaded.warnings.map { "warning \($0)" })
    } catch {
        return (nil, error.problems.map(\.description))
    }
}
