import Model

/// What is asked of the history of actions.
public struct ActionFilter: Sendable {
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
    /// Only what stands behind this entry: its action's number and its attempt's.
    public var after: (action: Int64, attempt: Int64)?

    /// Everything.
    public init() {}
}

/// An entry of the history: an attempt of an action, or an action without any.
public struct ActionEntry: Sendable, Hashable {
    /// The action.
    public var action: StoredAction
    /// The attempt; nil where none was made.
    public var attempt: StoredAttempt?

    /// When it began: the attempt, or the action.
    public var time: Int64 { attempt?.started ?? action.decided }

    /// How the attempt ended, or what became of the action.
    public var outcome: String { attempt?.outcome ?? action.outcome.rawValue }
}

extension Store {
    /// Entries of the history, the newest first: by the action's number and the attempt's.
    public func actionHistory(_ filter: ActionFilter) throws -> [ActionEntry] {
        var conditions: [String] = []
        var values: [Value] = []
        func add(_ condition: String, _ value: Value?) {
            guard let value else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("a.rule = ?", filter.rule.map { .text($0) })
        add("a.action = ?", filter.action.map { .text($0) })
        add("coalesce(t.outcome, a.outcome) = ?", filter.outcome.map { .text($0) })
        add("coalesce(t.started, a.decided) >= ?", filter.since.map { .integer($0) })
        add("coalesce(t.started, a.decided) <= ?", filter.until.map { .integer($0) })
        if let after = filter.after {
            conditions.append("(a.action_id, coalesce(t.attempt, 0)) < (?, ?)")
            values += [.integer(after.action), .integer(after.attempt)]
            // For the index: a row value over two tables is none it can use.
            add("a.action_id <= ?", .integer(after.action))
        }
        values.append(.integer(Int64(max(0, filter.limit))))
        let sql = """
            SELECT a.action_id, a.idempotency_key, a.action, a.rule, a.series, a.cause, a.state, a.value, a.threshold,
                a.decided, a.origin, a.due, a.outcome, a.note, a.ended, a.leader_epoch, '',
                (SELECT coalesce(max(attempt), 0) FROM attempts n WHERE n.action_id = a.action_id),
                t.attempt, t.started, t.finished, t.outcome, t.code, t.output, t.error, t.leader_epoch
            FROM actions a LEFT JOIN attempts t ON t.action_id = a.action_id
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY a.action_id DESC, t.attempt DESC LIMIT ?
            """
        return try readers.read { connection in
            var entries: [ActionEntry] = []
            let statement = try connection.statement(sql)
            try statement.bind(values)
            defer { statement.reset() }
            while try statement.step() {
                entries.append(
                    ActionEntry(action: StoredAction(row: statement), attempt: StoredAttempt(row: statement)))
            }
            return entries
        }
    }

    /// The whole event of an action, as JSON; nil when there is no such action.
    public func actionEvent(_ id: Int64) throws -> String? {
        try readers.read { try $0.text("SELECT event FROM actions WHERE action_id = ?", .integer(id)) }
    }
}

extension StoredAttempt {
    /// An attempt from the columns behind an action's; nil where there is none.
    fileprivate init?(row: Statement) {
        if row.isNull(18) { return nil }
        self.init(
            action: row.integer(0), attempt: Int(row.integer(18)), started: row.integer(19), epoch: row.integer(25))
        finished = row.isNull(20) ? nil : row.integer(20)
        outcome = row.text(21)
        code = row.isNull(22) ? nil : Int(row.integer(22))
        output = row.text(23)
        error = row.text(24)
    }
}
