import Model

/// Turns changes into rows, inside the writer's transaction.
struct JudgingWriter {
    let connection: Connection

    func write(_ change: JudgingChange) throws {
        switch change {
        case .group(let group):
            // Of one that had the name before. There should be none; if there is, the name is this group's all the same.
            let other = try connection.integer(
                "SELECT group_id FROM rule_groups WHERE name = ? AND group_id <> ?", .text(group.name),
                .integer(group.id))
            if let other { try write(.groupGone(other)) }
            try connection.run(
                """
                INSERT INTO rule_groups (group_id, name, evaluated, clock, vals) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (group_id) DO UPDATE SET name = excluded.name, evaluated = excluded.evaluated,
                    clock = excluded.clock, vals = excluded.vals
                """, .integer(group.id), .text(group.name), .integer(group.evaluated), .text(group.clock),
                .text(group.values))
        case .groupGone(let id):
            try connection.run("DELETE FROM rule_groups WHERE group_id = ?", .integer(id))
            try connection.run(
                "DELETE FROM rule_instances WHERE instance_id BETWEEN ? AND ?",
                .integer(JudgedInstance.id(group: id, slot: 0)),
                .integer(JudgedInstance.id(group: id, slot: JudgedInstance.slots - 1)))
        case .instance(let instance): try write(instance)
        case .instanceGone(let id):
            try connection.run("DELETE FROM rule_instances WHERE instance_id = ?", .integer(id))
        case .action(let action): try write(action)
        case .progress(let action, let due, let outcome, let note, let ended):
            try connection.run(
                "UPDATE actions SET due = ?, outcome = ?, note = ?, ended = ? WHERE action_id = ?", .optional(due),
                .text(outcome.rawValue), .text(note), .optional(ended), .integer(action))
        case .attempt(let attempt): try write(attempt)
        case .interrupted(let now):
            try connection.run(
                "UPDATE attempts SET outcome = ?, finished = NULL, error = ? WHERE outcome = ?",
                .text(StoredAttempt.interrupted),
                .text("the appliance ended before the attempt did, at \(formatTimestamp(now)) at the latest"),
                .text(StoredAttempt.running))
        case .alertGroup(let key, let detail):
            if let detail {
                try connection.run(
                    "INSERT OR REPLACE INTO alert_groups (group_key, detail) VALUES (?, ?)", .text(key), .text(detail))
            } else {
                try connection.run("DELETE FROM alert_groups WHERE group_key = ?", .text(key))
            }
        case .muting(let muting):
            try connection.run(
                """
                INSERT OR REPLACE INTO mutings (muting_id, kind, starts, ends, author, comment, detail)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, .text(muting.id), .text(muting.kind), .integer(muting.starts), .integer(muting.ends),
                .text(muting.author), .text(muting.comment), .text(muting.detail))
        case .mutingGone(let id): try connection.run("DELETE FROM mutings WHERE muting_id = ?", .text(id))
        case .fact(let name, let value):
            try connection.run("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", .text(name), .text(value))
        }
    }

    private func write(_ instance: JudgedInstance) throws {
        try connection.run(
            """
            INSERT INTO rule_instances (instance_id, kind, rule, series, state, since, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (instance_id) DO UPDATE SET kind = excluded.kind, rule = excluded.rule, series = excluded.series,
                state = excluded.state, since = excluded.since, detail = excluded.detail
            """, .integer(instance.id), .text(instance.kind), .text(instance.rule), .text(instance.series),
            .text(instance.state), .integer(instance.since), .text(instance.detail))
    }

    private func write(_ action: StoredAction) throws {
        try connection.run(
            """
            INSERT OR REPLACE INTO actions (action_id, idempotency_key, action, rule, series, cause, state, value,
                threshold, decided, origin, due, outcome, note, ended, leader_epoch, event, attempts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .integer(action.id), .text(action.key), .text(action.action), .text(action.rule),
            .text(action.series), .text(action.cause), .text(action.state),
            // SQLite takes NaN for NULL by itself.
            action.value.map { .real($0) } ?? .null, .text(action.threshold), .integer(action.decided),
            .text(action.origin), .optional(action.due), .text(action.outcome.rawValue), .text(action.note),
            .optional(action.ended), .integer(action.epoch), .text(action.event), .integer(Int64(action.attempts)))
    }

    private func write(_ attempt: StoredAttempt) throws {
        // Not replaced: of the indexes only that of the outcomes changes when an attempt ends.
        try connection.run(
            """
            INSERT INTO attempts (action_id, attempt, started, finished, outcome, code, output, error, leader_epoch, rule,
                action)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                coalesce((SELECT rule FROM actions WHERE action_id = ?1), ''),
                coalesce((SELECT action FROM actions WHERE action_id = ?1), ''))
            ON CONFLICT (action_id, attempt) DO UPDATE SET started = excluded.started, finished = excluded.finished,
                outcome = excluded.outcome, code = excluded.code, output = excluded.output, error = excluded.error,
                leader_epoch = excluded.leader_epoch
            """, .integer(attempt.action), .integer(Int64(attempt.attempt)), .integer(attempt.started),
            .optional(attempt.finished), .text(attempt.outcome), .optional(attempt.code.map { Int64($0) }),
            .text(attempt.output), .text(attempt.error), .integer(attempt.epoch))
        try connection.run(
            "UPDATE actions SET attempts = ?2 WHERE action_id = ?1 AND attempts < ?2", .integer(attempt.action),
            .integer(Int64(attempt.attempt)))
    }
}

extension Value {
    /// A number, or NULL.
    fileprivate static func optional(_ number: Int64?) -> Value { number.map { .integer($0) } ?? .null }
}
