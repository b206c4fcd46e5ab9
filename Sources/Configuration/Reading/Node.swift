import Model

/// A piece of a YAML or JSON document, with the place where it stands.
public struct Node: Sendable {
    /// What the piece is.
    public enum Content: Sendable {
        /// Nothing: an empty value, `~` or `null`.
        case null
        /// A text, number or truth value, as it is written.
        case scalar(Scalar)
        /// A sequence.
        case list([Node])
        /// A mapping in the order of the document; no key twice.
        case map([Entry])
    }

    /// What the piece is.
    public var content: Content
    /// Where it begins.
    public var place: Place
    /// How many nodes it holds when every alias is written out, itself included.
    let weight: Int

    /// A piece of a document.
    init(_ content: Content, at place: Place) {
        self.content = content
        self.place = place
        weight =
            switch content {
            case .null, .scalar: 1
            case .list(let items): items.reduce(1) { $0 + $1.weight }
            case .map(let entries): entries.reduce(1) { $0 + $1.value.weight }
            }
    }

    /// An empty document.
    public static func empty(file: String?) -> Node {
        Node(.null, at: Place(file: file, line: 1, column: 1))
    }

    /// Whether nothing stands here.
    public var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// What it is, in words, for messages.
    var kind: String {
        switch content {
        case .null: "nothing"
        case .scalar(let scalar): "`\(scalar.shown)`"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// A text, number or truth value as it is written.
public struct Scalar: Sendable {
    /// The text without quotes, escapes resolved.
    public var text: String
    /// Whether it stands there without quotes, and so may be a number or a truth value.
    public var isPlain: Bool

    /// The text for a message: shortened, on one line.
    var shown: String {
        var out = ""
        for scalar in text.unicodeScalars.prefix(64) {
            out.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar)
        }
        return text.unicodeScalars.count > 64 ? out + "…" : out
    }
}

/// A key of a mapping and its value.
public struct Entry: Sendable {
    /// The key.
    public var key: String
    /// Where the key stands.
    public var keyPlace: Place
    /// The value.
    public var value: Node
}
