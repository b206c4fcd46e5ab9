import Configuration
import Model

/// `silences`: those that stand in the configuration.
public struct SilencesSection: ConfigurationSection, Hashable {
    /// The silences, each with a name of its own.
    public var silences: [Silence] = []

    /// No silences.
    public init() {}

    /// Reads the list.
    public init(from node: Node, in context: DecodingContext) {
        var names: Set<String> = []
        for item in context.list(node) {
            guard let silence = Silence(from: item, in: context) else { continue }
            if !names.insert(silence.id).inserted {
                context.fail("a silence with these matchers from this time on stands twice", at: item.place)
            }
            silences.append(silence)
        }
    }
}

extension Silence {
    /// Reads one silence; nil when it is wrong.
    fileprivate init?(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        let matchers = fields.matchers("matchers")
        if matchers == nil, fields.node("matchers") == nil { context.fail("`matchers` is missing", at: fields.place) }
        let from = fields.time("from")
        let to = fields.time("to")
        if to == nil, fields.node("to") == nil { context.fail("`to` is missing", at: fields.place) }
        let author = fields.string("author") ?? ""
        let comment = fields.string("comment") ?? ""
        fields.finish()
        guard let matchers, let to, from != nil || fields.node("from") == nil else { return nil }
        let begin = from ?? 0
        if to <= begin {
            context.fail("cannot make silence: it must end after it begins", at: fields.place(of: "to"))
            return nil
        }
        do {
            try self.init(
                id: configuredSilenceID(matchers, from: begin), matchers: matchers.matchers, from: begin, to: to,
                author: author, comment: comment, createdAt: begin, updatedAt: begin, origin: .configuration)
        } catch {
            context.fail(error, at: fields.place(of: "matchers"))
            return nil
        }
    }
}
