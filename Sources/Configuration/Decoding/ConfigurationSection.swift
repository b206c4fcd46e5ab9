/// A part of the configuration, declared by the room that it configures.
public protocol ConfigurationSection: Sendable {
    /// Reads the section. Problems go to the context, and what could not be read keeps its default.
    init(from node: Node, in context: DecodingContext)
}
