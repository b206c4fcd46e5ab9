import Model

/// Everything about judging and acting that outlives a restart.
public struct JudgingRecord: Sendable {
    /// The groups.
    public var groups: [JudgedGroup] = []
    /// The series of their rules.
    public var instances: [JudgedInstance] = []
    /// The actions that have not ended, in the order in which they were decided on.
    public var openActions: [StoredAction] = []
    /// How long each of them was to wait when that was decided, by its number: from its last attempt, or from the beginning.
    public var pauses: [Int64: Int64] = [:]
    /// The groups of alerts that routes have made, by their keys.
    public var alertGroups: [String: String] = [:]
    /// Silences and windows made by request.
    public var mutings: [StoredMuting] = []
    /// Single facts by their names.
    public var facts: [String: String] = [:]
    /// The highest number of an action so far.
    public var lastAction: Int64 = 0
    /// The highest number of a group so far.
    public var lastGroup: Int64 = 0
}

extension Store {
    /// Writes changes and waits until they are in the file. When the disk refuses it throws, and the changes wait in memory
    /// like samples: they are written when there is room.
    public func record(_ changes: [JudgingChange]) async throws {
        let batch = WriteBatch()
        for change in changes { batch.add(change) }
        try await writeAndWait(batch)
    }

    /// Writes a batch and waits until it is in the file.
    public func writeAndWait(_ batch: WriteBatch) async throws {
        let settlement = Settlement()
        batch.settlement = settlement
        write(batch)
        try await settlement.wait()
    }

    /// What was written about judging and acting before.
    public func judgingRecord() throws -> JudgingRecord {
        try readers.read { connection in
            var record = JudgingRecord()
            try connection.rows("SELECT group_id, name, evaluated, clock, vals FROM rule_groups ORDER BY group_id") {
                row in
                record.groups.append(
                    JudgedGroup(
                        id: row.integer(0), name: row.text(1), evaluated: row.integer(2), clock: row.text(3),
                        values: row.text(4)))
            }
            try connection.rows(
                "SELECT instance_id, kind, rule, series, state, since, detail FROM rule_instances ORDER BY instance_id"
            ) { row in
                record.instances.append(
                    JudgedInstance(
                        id: row.integer(0), kind: row.text(1), rule: row.text(2), series: row.text(3),
                        state: row.text(4), since: row.integer(5), detail: row.text(6)))
            }
            try connection.rows(
                """
                SELECT action_id, idempotency_key, action, rule, series, cause, state, value, threshold, decided, origin,
                    due, outcome, note, ended, leader_epoch, event, attempts,
                    due - coalesce((SELECT max(finished) FROM attempts t WHERE t.action_id = a.action_id), decided)
                FROM actions a WHERE due IS NOT NULL ORDER BY action_id
                """
            ) { row in
                let action = StoredAction(row: row)
                record.openActions.append(action)
                record.pauses[action.id] = row.integer(18)
            }
            try connection.rows("SELECT group_key, detail FROM alert_groups") {
                record.alertGroups[$0.text(0)] = $0.text(1)
            }
            try connection.rows("SELECT muting_id, kind, starts, ends, author, comment, detail FROM mutings") { row in
                record.mutings.append(
                    StoredMuting(
                        id: row.text(0), kind: row.text(1), starts: row.integer(2), ends: row.integer(3),
                        author: row.text(4), comment: row.text(5), detail: row.text(6)))
            }
            try connection.rows("SELECT name, value FROM facts") { record.facts[$0.text(0)] = $0.text(1) }
            record.lastAction = try connection.integer("SELECT max(action_id) FROM actions") ?? 0
            record.lastGroup = try connection.integer("SELECT max(group_id) FROM rule_groups") ?? 0
            return record
        }
    }
}

extension StoredAction {
    /// An action from the columns of its row, in the order of the table.
    init(row: Statement) {
        self.init(id: row.integer(0))
        key = row.text(1)
        action = row.text(2)
        rule = row.text(3)
        series = row.text(4)
        cause = row.text(5)
        state = row.text(6)
        value = row.isNull(7) ? nil : row.real(7)
        threshold = row.text(8)
        decided = row.integer(9)
        origin = row.text(10)
        due = row.isNull(11) ? nil : row.integer(11)
        outcome = Outcome(rawValue: row.text(12)) ?? .failed
        note = row.text(13)
        ended = row.isNull(14) ? nil : row.integer(14)
        epoch = row.integer(15)
        event = row.text(16)
        attempts = Int(row.integer(17))
    }
}
