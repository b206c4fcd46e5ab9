import Model

/// An entry of the history: an attempt of an action, or an action without any.
public struct ActionEntry: Sendable, Hashable {
    /// The action.
    public var action: StoredAction
    /// The attempt; nil where none was made.
    public var attempt: StoredAttempt?

    /// An entry.
    public init(action: StoredAction, attempt: StoredAttempt? = nil) {
        self.action = action
        self.attempt = attempt
    }

    /// When it began: the attempt, or the action.
    public var time: Int64 { attempt?.started ?? action.decided }

    /// How the attempt ended, or what became of the action.
    public var outcome: String { attempt?.outcome ?? action.outcome.rawValue }

    /// Where it stood in the history when the first page was made.
    public func place(asOf: Int64) -> ActionFilter.Place {
        let known = attempt.flatMap { $0.started > asOf ? nil : $0 }
        return ActionFilter.Place(
            time: known?.started ?? action.decided, action: action.id, attempt: known?.attempt ?? 0, asOf: asOf)
    }
}

/// An action with all that is known of it.
public struct WholeAction: Sendable, Hashable {
    /// The action, with its event.
    public var action: StoredAction
    /// Its attempts in order.
    public var attempts: [StoredAttempt]

    /// An action and its attempts.
    public init(action: StoredAction, attempts: [StoredAttempt]) {
        self.action = action
        self.attempts = attempts
    }
}

private let actionColumns = """
    a.idempotency_key, a.action, a.rule, a.series, a.cause, a.state, a.value, a.threshold, a.decided, a.origin, a.due,
    a.outcome, a.note, a.ended, a.leader_epoch
    """

private let attemptColumns =
    "t.attempt, t.started, t.finished, t.outcome, t.code, t.output, t.error, t.leader_epoch"

extension ActionFilter {
    /// What is asked of SQLite: lists that indexes have in order are merged, so that a page costs as much as its entries
    /// wherever it stands: the attempts, and the actions without any. Behind the first page come those few that have been tried
    /// since that was made.
    var query: (sql: String, values: [Value]) {
        let conditions = conditions
        let tried = conditions.tried.isEmpty ? "" : "WHERE " + conditions.tried.joined(separator: " AND ")
        let moved =
            after == nil
            ? ""
            : """
            UNION ALL
            SELECT t.action_id, \(actionColumns), '', a.attempts, \(attemptColumns), a.decided, 0
            FROM attempts t CROSS JOIN actions a ON a.action_id = t.action_id
            WHERE \(conditions.moved.joined(separator: " AND "))
            """
        let sql = """
            SELECT t.action_id AS id, \(actionColumns), '', a.attempts, \(attemptColumns), t.started AS ts, t.attempt AS n
            FROM attempts t CROSS JOIN actions a ON a.action_id = t.action_id
            \(tried)
            UNION ALL
            SELECT a.action_id, \(actionColumns), '', a.attempts, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, a.decided, 0
            FROM actions a
            WHERE \(conditions.untried.joined(separator: " AND "))
            \(moved)
            ORDER BY ts DESC, id DESC, n DESC LIMIT ?
            """
        let values = conditions.triedValues + conditions.untriedValues + (after == nil ? [] : conditions.movedValues)
        return (sql, values + [.integer(Int64(max(0, limit)))])
    }
}

extension Store {
    /// Entries of the history, the newest first; the actions are without their events.
    public func actionHistory(_ filter: ActionFilter) throws -> [ActionEntry] {
        let (sql, values) = filter.query
        return try readers.read { connection in
            var entries: [ActionEntry] = []
            let statement = try connection.statement(sql)
            try statement.bind(values)
            defer { statement.reset() }
            while try statement.step() {
                entries.append(
                    ActionEntry(
                        action: StoredAction(row: statement),
                        attempt: StoredAttempt(row: statement, action: statement.integer(0), from: 18)))
            }
            return entries
        }
    }

    /// An action with its attempts and its event; nil when there is no such action.
    public func wholeAction(_ id: Int64) throws -> WholeAction? {
        try readers.read { connection in
            var whole: WholeAction?
            try connection.rows(
                "SELECT a.action_id, \(actionColumns), a.event, a.attempts FROM actions a WHERE a.action_id = ?",
                .integer(id)
            ) { whole = WholeAction(action: StoredAction(row: $0), attempts: []) }
            try connection.rows(
                "SELECT \(attemptColumns) FROM attempts t WHERE t.action_id = ? ORDER BY t.attempt", .integer(id)
            ) { row in
                if let attempt = StoredAttempt(row: row, action: id, from: 0) { whole?.attempts.append(attempt) }
            }
            return whole
        }
    }
}

extension StoredAttempt {
    /// An attempt from its columns, which begin at a place; nil where there is none.
    fileprivate init?(row: Statement, action: Int64, from first: Int32) {
        if row.isNull(first) { return nil }
        self.init(
            action: action, attempt: Int(row.integer(first)), started: row.integer(first + 1),
            epoch: row.integer(first + 7))
        finished = row.isNull(first + 2) ? nil : row.integer(first + 2)
        outcome = row.text(first + 3)
        code = row.isNull(first + 4) ? nil : Int(row.integer(first + 4))
        output = row.text(first + 5)
        error = row.text(first + 6)
    }
}
