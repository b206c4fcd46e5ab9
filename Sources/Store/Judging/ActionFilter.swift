import Model

/// What is asked of the history of actions.
public struct ActionFilter: Sendable, Hashable {
    /// Where an entry stands in the history, which is put in order by these three, the highest first.
    public struct Place: Sendable, Hashable {
        /// When the attempt began, or the action was decided on that has none.
        public var time: Int64
        /// The number of the action.
        public var action: Int64
        /// The number of the attempt; 0 where there is none.
        public var attempt: Int

        /// When the first page was made. What was in the history then without an attempt, and has one now, stands where it
        /// stood: it must not slip into a page that has been passed.
        public var asOf: Int64

        /// A place.
        public init(time: Int64, action: Int64, attempt: Int, asOf: Int64) {
            self.time = time
            self.action = action
            self.attempt = attempt
            self.asOf = asOf
        }
    }

    /// Only this rule's.
    public var rule: String?
    /// Only this action's.
    public var action: String?
    /// Only attempts that ended so, or actions without one that did.
    public var outcome: String?
    /// Only what began then or later.
    public var since: Int64?
    /// Only what began then or earlier.
    public var until: Int64?
    /// So many at the most.
    public var limit = 100
    /// Only what stands behind this place.
    public var after: Place?

    /// Everything.
    public init() {}
}

extension ActionFilter {
    /// The conditions on attempts `t` and those on actions `a` that have none, each with its values.
    struct Conditions {
        var tried: [String] = []
        var untried = ["a.attempts = 0"]
        /// On the first attempts `t` of actions `a` that had none when the first page was made.
        var moved: [String] = ["t.attempt = 1"]
        var triedValues: [Value] = []
        var untriedValues: [Value] = []
        var movedValues: [Value] = []

        mutating func add(_ tried: String, _ untried: String, _ moved: String, _ value: Value?) {
            guard let value else { return }
            self.tried.append(tried)
            self.untried.append(untried)
            self.moved.append(moved)
            triedValues.append(value)
            untriedValues.append(value)
            movedValues.append(value)
        }
    }

    /// What the filter says in SQL. A column behind a `+` is not looked up by an index
    /// (https://sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_), so that of several filters the one
    /// that leaves least decides: nearly everything succeeds, and a rule is most often one of many.
    var conditions: Conditions {
        let isRare = outcome.map { $0 != StoredAction.Outcome.succeeded.rawValue } ?? false
        let byOutcome = isRare || (rule == nil && action == nil) ? "" : "+"
        let byRule = isRare ? "+" : ""
        let byName = isRare || rule != nil ? "+" : ""
        var conditions = Conditions()
        conditions.add("\(byRule)t.rule = ?", "\(byRule)a.rule = ?", "+t.rule = ?", rule.map { .text($0) })
        conditions.add("\(byName)t.action = ?", "\(byName)a.action = ?", "+t.action = ?", action.map { .text($0) })
        conditions.add(
            "\(byOutcome)t.outcome = ?", "\(byOutcome)a.outcome = ?", "+t.outcome = ?", outcome.map { .text($0) })
        conditions.add("t.started >= ?", "a.decided >= ?", "a.decided >= ?", since.map { .integer($0) })
        conditions.add("t.started <= ?", "a.decided <= ?", "a.decided <= ?", until.map { .integer($0) })
        if let after {
            conditions.tried.append("(t.started, t.action_id, t.attempt) < (?, ?, ?)")
            conditions.triedValues += [.integer(after.time), .integer(after.action), .integer(Int64(after.attempt))]
            conditions.moved += ["t.started > ?", "(a.decided, a.action_id) < (?, ?)"]
            conditions.movedValues += [.integer(after.asOf), .integer(after.time), .integer(after.action)]
            // An action that has an attempt is none of those without: the number of the attempt decides nothing here.
            conditions.untried.append("(a.decided, a.action_id) < (?, ?)")
            conditions.untriedValues += [.integer(after.time), .integer(after.action)]
        }
        return conditions
    }
}
