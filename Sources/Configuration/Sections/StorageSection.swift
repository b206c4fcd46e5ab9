import Model

/// `storage`: the file, and how much it keeps.
public struct StorageSection: ConfigurationSection, Hashable {
    /// The file, ready to be opened; nil leaves it to the command line.
    public var path: String?
    /// How long samples are kept, in milliseconds.
    public var retention: Int64 = 15 * 86_400_000
    /// How long actions stay in the history, in milliseconds.
    public var historyRetention: Int64 = 365 * 86_400_000
    /// How many bytes the file may have; 0 for any.
    public var retentionSize: Int64 = 0

    /// The values without any configuration.
    public init() {}

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        path = fields.string("path").map { context.path($0) }
        if let retention = fields.duration("retention") {
            self.retention = retention
            if retention == 0 { context.fail("retention must be longer than 0", at: fields.place(of: "retention")) }
        }
        if let history = fields.duration("history_retention") {
            historyRetention = history
            if history == 0 {
                context.fail("history_retention must be longer than 0", at: fields.place(of: "history_retention"))
            }
        }
        retentionSize = fields.size("retention_size") ?? 0
        fields.finish(notYet: ["exemplars", "tsdb"])
    }
}
