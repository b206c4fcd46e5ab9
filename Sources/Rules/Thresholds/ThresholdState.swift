/// What is remembered of a threshold and a series from one evaluation to the next. Times are Unix milliseconds.
public struct ThresholdState: Sendable, Hashable {
    /// What is known of an action of a level.
    public struct ActionState: Sendable, Hashable {
        /// The level's name.
        public var level: String
        /// The action's name.
        public var action: String
        /// Whether it has been decided on since the level was entered, and has not failed for good.
        public var isTold = false
        /// Whether it would have been decided on but for a silence, and that is in the history already.
        public var isSilenced = false
        /// The number of the one that has been decided on and whose end is not known yet.
        public var underWay: Int64?
        /// When its pause began: it succeeded then, or its level was entered which it only repeats.
        public var pausedAt: Int64?
        /// When it may be decided on again that has failed for good.
        public var notBefore: Int64?

        /// An action of which nothing is known.
        public init(level: String, action: String) {
            self.level = level
            self.action = action
        }
    }

    /// Something that is to be done because a level was left. It is owed until it has been decided on, in a turn of ours.
    public struct OwedResolve: Sendable, Hashable {
        /// What is wanted.
        public var wish: ThresholdWish
        /// When the level was left.
        public var left: Int64
    }

    /// A level that is active.
    public struct ActiveLevel: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// When it was entered.
        public var since: Int64
        /// Since when the value had been on the far side then.
        public var heldSince: Int64

        /// A level that was entered; unless something else is said, at once.
        public init(name: String, since: Int64, heldSince: Int64? = nil) {
            self.name = name
            self.since = since
            self.heldSince = heldSince ?? since
        }
    }

    /// The value that counted last, and which levels it crossed.
    public struct LastReading: Sendable, Hashable {
        /// The value.
        public var value: Double
        /// The levels.
        public var crossed: CrossedLevels
    }

    /// Since when the value has been on the far side of the level that would be entered next; nil when it is not.
    public var pendingSince: Int64?
    /// The levels that are active, the least serious first.
    public var active: [ActiveLevel] = []
    /// The actions of the active levels, and those of others that are under way or whose pause is not over.
    public var actions: [ActionState] = []
    /// What is to be done about levels that were left, and has not been decided on.
    public var owed: [OwedResolve] = []
    /// The last value there was.
    public var last: LastReading?
    /// Since when there has been no value; nil when there is one.
    public var missingSince: Int64?
    /// Whether nothing is known: no value, and nothing that stands for it.
    public var isHolding = false
    /// When the state that is shown began.
    public var since: Int64 = 0

    /// Nothing has been seen yet.
    public init() {}

    /// In one word: `ok`, `pending`, the highest active level's name, or `no_data`.
    public var name: String {
        if isHolding { return "no_data" }
        return active.last?.name ?? (pendingSince == nil ? "ok" : "pending")
    }

    /// Whether a level is active.
    func isActive(_ level: String) -> Bool { active.contains { $0.name == level } }

    /// Moves every time by so much: the clock was set, and what has passed has passed all the same.
    public mutating func shift(by milliseconds: Int64) {
        pendingSince?.shift(by: milliseconds)
        missingSince?.shift(by: milliseconds)
        since.shift(by: milliseconds)
        for index in active.indices {
            active[index].since.shift(by: milliseconds)
            active[index].heldSince.shift(by: milliseconds)
        }
        for index in actions.indices {
            actions[index].pausedAt?.shift(by: milliseconds)
            actions[index].notBefore?.shift(by: milliseconds)
        }
        for index in owed.indices {
            owed[index].left.shift(by: milliseconds)
            owed[index].wish.since.shift(by: milliseconds)
            owed[index].wish.heldSince.shift(by: milliseconds)
        }
    }
}

/// Which levels of a rule a value crosses: a bit a level, the least serious lowest.
public struct CrossedLevels: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// Levels by their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// All there can be.
    public static let all = CrossedLevels(rawValue: .max)

    /// The level at a place among a rule's.
    static func level(_ index: Int) -> CrossedLevels { CrossedLevels(rawValue: index < 8 ? 1 << index : 0) }
}

extension Int64 {
    /// Moves a time, as far as numbers go.
    mutating func shift(by milliseconds: Int64) { self = after(milliseconds) }

    /// How long it is since an earlier time, as far as numbers go.
    func since(_ earlier: Int64) -> Int64 {
        let (length, overflow) = subtractingReportingOverflow(earlier)
        return overflow ? (earlier < 0 ? .max : .min) : length
    }

    /// A later time, as far as numbers go.
    func after(_ milliseconds: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(milliseconds)
        return overflow ? (milliseconds > 0 ? .max : .min) : sum
    }
}
