import Model

/// `query`: what queries may cost.
public struct QuerySection: ConfigurationSection, Hashable {
    /// How long a query may take, in milliseconds.
    public var timeout: Int64 = 120_000
    /// How many samples a query may hold at a time.
    public var maxSamples = 50_000_000
    /// How many queries run at a time.
    public var maxConcurrency = 20
    /// How old a sample may be and still be the latest, in milliseconds.
    public var lookbackDelta: Int64 = 300_000

    /// The values without any configuration.
    public init() {}

    /// Reads the section.
    public init(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        func positive(_ key: String, _ duration: Int64?, or standard: Int64) -> Int64 {
            guard let duration else { return standard }
            if duration == 0 { context.fail("\(key) must be longer than 0", at: fields.place(of: key)) }
            return duration
        }
        timeout = positive("timeout", fields.duration("timeout"), or: timeout)
        maxSamples = fields.integer("max_samples", in: 1 ... .max).map { Int($0) } ?? maxSamples
        // Each has a reader of the store at least, and others want to read too.
        maxConcurrency = fields.integer("max_concurrency", in: 1...50).map { Int($0) } ?? maxConcurrency
        lookbackDelta = positive("lookback_delta", fields.duration("lookback_delta"), or: lookbackDelta)
        fields.finish()
    }
}
