import Model

/// A map with known keys. Asking for a key makes it known; `finish` then reports the keys that nobody asked for.
public final class Fields {
    /// Where the map begins.
    public let place: Place
    /// Where problems go.
    public let context: DecodingContext
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var known: Set<String> = []

    /// The fields of a map; nothing counts as an empty map, anything else is a problem.
    public init(_ node: Node, in context: DecodingContext) {
        place = node.place
        self.context = context
        for entry in context.entries(node) {
            entries[entry.key] = entry
            order.append(entry.key)
        }
    }

    /// The keys in the order in which they stand.
    public var keys: [String] { order }

    /// The value of a key; nil when it is absent or empty.
    public func node(_ key: String) -> Node? {
        known.insert(key)
        return entries[key].flatMap { $0.value.isNull ? nil : $0.value }
    }

    /// Whether a key stands there, even with nothing behind it.
    public func contains(_ key: String) -> Bool {
        known.insert(key)
        return entries[key] != nil
    }

    /// What stands behind a key, were it nothing; nil when the key is absent.
    public func present(_ key: String) -> Node? {
        known.insert(key)
        return entries[key]?.value
    }

    /// Where a key stands, or the map when it does not.
    public func place(of key: String) -> Place {
        entries[key]?.keyPlace ?? place
    }

    /// A text.
    public func string(_ key: String) -> String? {
        node(key).flatMap { context.string($0) }
    }

    /// A truth value.
    public func bool(_ key: String) -> Bool? {
        node(key).flatMap { context.bool($0) }
    }

    /// A whole number within a range.
    public func integer(_ key: String, in range: ClosedRange<Int64> = .min ... .max) -> Int64? {
        node(key).flatMap { context.integer($0, in: range) }
    }

    /// A number.
    public func number(_ key: String) -> Double? {
        node(key).flatMap { context.number($0) }
    }

    /// A duration in milliseconds.
    public func duration(_ key: String) -> Int64? {
        node(key).flatMap { context.duration($0) }
    }

    /// A number of bytes.
    public func size(_ key: String) -> Int64? {
        node(key).flatMap { context.size($0) }
    }

    /// One of the words of an enumeration; `kind` says what it is in a message.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, _ kind: String) -> Choice? {
        node(key).flatMap { context.choice($0, kind) }
    }

    /// The texts of a list.
    public func strings(_ key: String) -> [String]? {
        node(key).map { context.strings($0) }
    }

    /// A map of label names to values.
    public func labels(_ key: String) -> [Label]? {
        node(key).map { context.labels($0) }
    }

    /// The items of a list, each read by a closure.
    public func list<Item>(_ key: String, _ read: (Node) -> Item?) -> [Item] {
        node(key).map { context.list($0).compactMap(read) } ?? []
    }

    /// A section.
    public func section<Section: ConfigurationSection>(_ key: String, _ type: Section.Type = Section.self) -> Section? {
        node(key).map { Section(from: $0, in: context) }
    }

    /// A text that must be there.
    public func required(_ key: String) -> String? {
        if let text = string(key), !text.isEmpty { return text }
        // What is there but cannot be read has been reported already.
        if node(key) == nil || string(key)?.isEmpty == true { context.fail("`\(key)` is missing", at: place) }
        return nil
    }

    /// Whether there are keys that nobody has asked for so far.
    public var hasUnknownKeys: Bool { order.contains { !known.contains($0) } }

    /// Reports the keys that nobody asked for: those in `notYet` as warnings, the others as errors.
    public func finish(notYet: [String] = []) {
        for key in order where !known.contains(key) {
            guard let entry = entries[key] else { continue }
            if notYet.contains(key) {
                // A key with nothing behind it asks for nothing.
                if entry.value.isNull { continue }
                context.warn("`\(key)` is not supported yet and has no effect", at: entry.keyPlace)
            } else {
                let near = hint(for: key, among: known.sorted() + notYet)
                let shown = Scalar(text: key, isPlain: true).shown
                context.fail("unknown key `\(shown)`\(near)", at: entry.keyPlace)
            }
        }
    }
}
