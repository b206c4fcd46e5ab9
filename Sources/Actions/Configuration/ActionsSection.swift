import Configuration
import Model

/// An action that rules and thresholds can name.
public struct ConfiguredAction: Sendable {
    /// The name; no other action has it.
    public var name: String
    /// How it is run.
    public var settings: ActionSettings
    /// What it does, in a word.
    public var kind: ActionKind
    /// What it does.
    public var action: any Action
    /// Where it stands in the configuration.
    public var place: Place

    /// An action by its name.
    public init(name: String, settings: ActionSettings, kind: ActionKind, action: any Action, place: Place) {
        self.name = name
        self.settings = settings
        self.kind = kind
        self.action = action
        self.place = place
    }
}

extension ConfiguredAction {
    /// Why it could not be done, with its place; nil when nothing is missing.
    func check() async -> UserError? {
        do throws(UserError) {
            try await action.check()
            return nil
        } catch {
            return UserError("action `\(name)`: \(error.message)", at: error.place ?? place)
        }
    }
}

/// `actions`: what can be done.
public struct ActionsSection: Sendable {
    /// The actions, in the order in which they stand.
    public var actions: [ConfiguredAction] = []

    /// No actions.
    public init() {}

    /// Reads the list.
    public init(from node: Node, in context: DecodingContext, using tools: ActionTools) {
        var names: Set<[UInt8]> = []
        for item in context.list(node) {
            let fields = Fields(item, in: context)
            let name = Self.name(fields)
            if let name, !names.insert(Array(name.utf8)).inserted {
                context.fail("the action `\(name)` stands twice", at: fields.place(of: "name"))
            }
            let settings = ActionSettings(fields)
            let found = Self.action(fields, using: tools)
            fields.finish()
            guard let name, let (kind, action) = found else { continue }
            actions.append(
                ConfiguredAction(name: name, settings: settings, kind: kind, action: action, place: fields.place))
        }
    }

    /// The action of a name.
    public subscript(name: String) -> ConfiguredAction? { actions.first { sameBytes($0.name, name) } }

    /// How many actions look at a time: for plugins each is a process.
    private static let looksAtOnce = 8

    /// Has all actions look whether they could be done; what is missing, in the order of the actions.
    public func check() async -> [UserError] {
        await withTaskGroup(of: (number: Int, error: UserError?).self) { group in
            var problems: [Int: UserError] = [:]
            for (number, item) in actions.enumerated() {
                if number >= Self.looksAtOnce, let answer = await group.next() {
                    problems[answer.number] = answer.error
                }
                group.addTask { (number, await item.check()) }
            }
            for await answer in group { problems[answer.number] = answer.error }
            return problems.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// The name, which also stands in URLs, metrics and variables.
    private static func name(_ fields: Fields) -> String? {
        guard let name = fields.required("name") else { return nil }
        let isPlain = name.utf8.allSatisfy { isLetterOrDigit($0) || "_-.".utf8.contains($0) }
        if isPlain, name.utf8.count <= 100 { return name }
        let shown = quotedAsGo(String(name.prefix(100)))
        let rule = "up to 100 letters, digits, `_`, `-` and `.`"
        fields.context.fail("\(shown) is no name of an action: \(rule) are expected", at: fields.place(of: "name"))
        return nil
    }

    /// The one kind that is named.
    private static func action(
        _ fields: Fields, using tools: ActionTools
    ) -> (kind: ActionKind, action: any Action)? {
        let named = ActionKind.allCases.compactMap { kind in fields.present(kind.rawValue).map { (kind, $0) } }
        guard let (kind, node) = named.first else {
            // A kind that is misspelt is reported as such, with a hint.
            if fields.hasUnknownKeys { return nil }
            let words = ActionKind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            fields.context.fail("it is not said what the action does: one of \(words) is expected", at: fields.place)
            return nil
        }
        if named.count > 1 {
            let second = named[1].0.rawValue
            fields.context.fail(
                "an action does one thing, and here stand both `\(kind.rawValue)` and `\(second)`",
                at: fields.place(of: second))
        }
        return kind.action(from: node, in: fields.context, using: tools).map { (kind, $0) }
    }
}

/// Whether a byte is a letter or digit of ASCII.
func isLetterOrDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
}
