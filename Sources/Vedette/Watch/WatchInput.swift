import Configuration
import Model

/// What was set, in the environment and in a file; the environment wins. It gathers what is wrong, so that all of it is said
/// together.
final class WatchInput {
    /// A value as it was set.
    private struct Given {
        let text: String
        /// Where it stands in the file; nil for the environment.
        let place: Place?
        /// The key by which it stands there.
        let name: String
    }

    /// The file that was read; nil when there is none.
    let file: String?
    private let context: DecodingContext
    private var given: [WatchKey: Given] = [:]
    private var problems: [UserError] = []

    /// What the environment says, and a document besides.
    init(environment: [String: String], document: Node? = nil, file: String? = nil, in context: DecodingContext) {
        self.file = file
        self.context = context
        if let document { read(document) }
        for key in WatchKey.allCases {
            // One that is empty is as good as not set, as in the program that this one takes the place of.
            guard let text = environment[key.rawValue], !text.isEmpty else { continue }
            given[key] = Given(text: text, place: nil, name: key.rawValue)
        }
    }

    /// Everything that is wrong: what is set in the environment or nowhere, and then the file in its order.
    var errors: [UserError] {
        problems
            + context.errors.sorted { a, b in
                (a.place?.line ?? 0, a.place?.column ?? 0) < (b.place?.line ?? 0, b.place?.column ?? 0)
            }
    }

    /// Whether something was set.
    func has(_ key: WatchKey) -> Bool { given[key] != nil }

    /// A text.
    subscript(_ key: WatchKey) -> String? { given[key]?.text }

    /// A path: one of the file starts from the file's folder.
    func path(_ key: WatchKey) -> String? {
        given[key].map { $0.place == nil ? $0.text : context.path($0.text) }
    }

    /// A value that a text stands for; nil when it is not set, or wrong, which has been noted then.
    func read<Value>(_ key: WatchKey, _ parse: (String) throws(UserError) -> Value) -> Value? {
        guard let text = self[key] else { return nil }
        do throws(UserError) {
            return try parse(text)
        } catch {
            fail(key, error.message)
            return nil
        }
    }

    /// Where something was set in the file; nil when it comes from the environment.
    func place(of key: WatchKey) -> Place? { given[key]?.place }

    /// Notes what is wrong with something that was set.
    func fail(_ key: WatchKey, _ reason: String) {
        guard let given = given[key], let place = given.place else {
            problems.append(UserError("cannot use \(key.rawValue): \(reason)"))
            return
        }
        context.fail("`\(given.name)`: \(reason)", at: place)
    }

    /// Notes that something is not set that must be.
    func miss(_ key: WatchKey, _ reason: String = "") {
        let places =
            file.map { "neither in the environment nor, as `\(key.fileKey)`, in \($0)" } ?? "not in the environment"
        problems.append(
            UserError(
                "cannot watch: \(key.rawValue) is missing: it stands \(places)\(reason.isEmpty ? "" : "; \(reason)")"))
    }

    // MARK: The file

    private func read(_ document: Node) {
        let root = Fields(document, in: context)
        var sections: [[String]: Fields] = [[]: root]
        for path in WatchKey.allCases.compactMap(\.nested?.section) { open(path, &sections) }
        for key in WatchKey.allCases {
            var places: [(fields: Fields, name: String)] = [(root, key.fileKey)]
            if let nested = key.nested, let fields = sections[nested.section] { places.append((fields, nested.key)) }
            for (fields, name) in places {
                guard let node = fields.node(name), let text = context.string(node), !text.isEmpty else { continue }
                let given = Given(text: text, place: node.place, name: name)
                if let other = self.given[key]?.place {
                    context.fail("`\(key.fileKey)` stands twice, first at \(other)", at: node.place)
                }
                self.given[key] = given
            }
        }
        for path in sections.keys.sorted(by: { $0.count > $1.count }) { sections[path]?.finish() }
    }

    /// Opens a section and those around it.
    private func open(_ path: [String], _ sections: inout [[String]: Fields]) {
        for depth in 1...path.count {
            let (outer, inner) = (Array(path.prefix(depth - 1)), Array(path.prefix(depth)))
            guard sections[inner] == nil, let node = sections[outer]?.node(path[depth - 1]) else { continue }
            sections[inner] = Fields(node, in: context)
        }
    }
}
