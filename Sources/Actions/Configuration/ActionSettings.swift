import Configuration
import Model

/// How an action is run, of whatever kind it is.
public struct ActionSettings: Sendable, Hashable {
    /// How long one attempt may take, in milliseconds.
    public var timeout: Int64 = 10_000
    /// How often it is tried at the most.
    public var attempts = 5
    /// The pause before the second attempt, in milliseconds; it grows from attempt to attempt.
    public var shortestPause: Int64 = 1000
    /// The longest pause, in milliseconds.
    public var longestPause: Int64 = 300_000
    /// How many of it run at a time.
    public var concurrency = 4
    /// Whether it is stopped, or not begun, when the condition that caused it holds no more.
    public var cancelOnResolve = false

    /// What holds without settings.
    public init() {}

    /// Reads the keys that every action has.
    init(_ fields: Fields) {
        let day: Int64 = 86_400_000
        timeout = Self.duration("timeout", of: fields, atMost: day) ?? timeout
        attempts = fields.integer("attempts", in: 1...100).map { Int($0) } ?? attempts
        concurrency = fields.integer("concurrency", in: 1...100).map { Int($0) } ?? concurrency
        cancelOnResolve = fields.bool("cancel_on_resolve") ?? cancelOnResolve
        guard let node = fields.node("retry") else { return }
        let retry = Fields(node, in: fields.context)
        let shortest = Self.duration("min", of: retry, atMost: day)
        let longest = Self.duration("max", of: retry, atMost: day)
        retry.finish()
        shortestPause = shortest ?? min(shortestPause, longest ?? shortestPause)
        longestPause = longest ?? max(longestPause, shortestPause)
        if shortestPause > longestPause {
            fields.context.fail("min is longer than max", at: retry.place(of: "min"))
        }
    }

    private static func duration(_ key: String, of fields: Fields, atMost longest: Int64) -> Int64? {
        guard let duration = fields.duration(key) else { return nil }
        if (1...longest).contains(duration) { return duration }
        let expected = "\(key) must be longer than 0 and at most \(formatDuration(longest))"
        fields.context.fail(expected, at: fields.place(of: key))
        return nil
    }
}
