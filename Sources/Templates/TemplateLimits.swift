/// How far a template can go: whoever writes one must not be able to stop the appliance with it. What stands in each other needs
/// stack: at these depths less than 256 KiB of it.
enum TemplateLimits {
    /// Bytes of a template's own text.
    static let source = 1 << 20
    /// Bytes of what comes out, and of any text on the way there.
    static let output = 1 << 20
    /// How deep blocks and parentheses stand in each other.
    static let nesting = 50
    /// How deep blocks, parentheses and templates within templates come to stand in each other when it is expanded.
    static let depth = 100
    /// How deep the values that functions put together can be.
    static let valueDepth = 50
    /// Turns of all loops together.
    static let turns = 100_000
    /// Variables of one template.
    static let variables = 1000
    /// Bytes of a text that regular expressions are looked for in: some of those need a lot of time for each byte.
    static let searched = 1 << 16
    /// Queries of one expansion.
    static let queries = 1000
    /// Steps of one expansion: parts of the template that are evaluated, and bytes of texts that functions are given or give. A step
    /// takes a tenth of a microsecond or less; what nobody can tell beforehand is accounted for by the time it takes.
    static let steps = 10_000_000
}
