import Model

/// Alerts that are not to be told of for some time: those whose labels fit.
public struct Silence: Sendable, Hashable {
    /// Who made it, and so who can change it.
    public enum Origin: String, Sendable, CaseIterable {
        /// It stands in the configuration, and goes away with it.
        case configuration
        /// Somebody made it through the API.
        case api
    }

    /// What it is to the present.
    public enum State: String, Sendable, CaseIterable {
        /// It has not begun.
        case pending
        /// It mutes.
        case active
        /// It is over.
        case expired
    }

    /// The name that it is known by for ever; empty for one that has not got any yet.
    public internal(set) var id: String
    /// Which alerts it mutes; never such that an alert without labels fits.
    public let matchers: MatcherSet
    /// From when on, in Unix milliseconds.
    public internal(set) var from: Int64
    /// Until when; at that time it is over.
    public internal(set) var to: Int64
    /// Who wanted it.
    public var author: String
    /// Why.
    public var comment: String
    /// When it was made.
    public internal(set) var createdAt: Int64
    /// When it was last changed.
    public internal(set) var updatedAt: Int64
    /// Who made it.
    public let origin: Origin

    /// A silence; throws when it can be none.
    public init(
        id: String, matchers: [LabelMatcher], from: Int64, to: Int64, author: String, comment: String, createdAt: Int64,
        updatedAt: Int64, origin: Origin
    ) throws(UserError) {
        self.id = id
        self.matchers = try MatcherSet(matchers)
        self.from = from
        self.to = to
        self.author = author
        self.comment = comment
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.origin = origin
        if matchers.isEmpty { throw UserError("cannot make silence: it has no matcher") }
        // As with Alertmanager: somebody's slip must not silence everything.
        if self.matchers.acceptsNoLabels {
            throw UserError("cannot make silence: each of its matchers accepts an empty label, so that everything fits")
        }
        if to < from { throw UserError("cannot make silence: it ends before it begins") }
        for time in [from, to] where !writableTimes.contains(time) {
            throw UserError("cannot make silence: it begins or ends outside the years 0 to 9999")
        }
    }

    /// What it is at a time.
    public func state(at time: Int64) -> State {
        if time >= to { return .expired }
        return time < from ? .pending : .active
    }
}
