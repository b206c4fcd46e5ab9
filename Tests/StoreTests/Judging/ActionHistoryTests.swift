import Model
import Testing

@testable import Store

/// What has been done, as it is asked for.
@Suite("The history of actions")
struct ActionHistoryTests {
    private let begin: Int64 = 1_732_170_000_000

    private func action(
        _ id: Int64, rule: String = "r", action name: String = "a", at offset: Int64,
        _ outcome: StoredAction.Outcome = .succeeded
    ) -> StoredAction {
        var action = StoredAction(id: id)
        action.key = "k-\(id)"
        action.rule = rule
        action.action = name
        action.series = #"{"n":"\#(id)"}"#
        action.cause = "enter"
        action.state = "active"
        action.decided = begin + offset
        action.outcome = outcome
        action.due = outcome == .waiting || outcome == .running ? begin + offset : nil
        action.event = #"{"id":\#(id)}"#
        return action
    }

    private func attempt(_ action: Int64, _ number: Int, at offset: Int64, _ outcome: String) -> JudgingChange {
        var attempt = StoredAttempt(action: action, attempt: number, started: begin + offset, epoch: 1)
        attempt.outcome = outcome
        attempt.finished = outcome == StoredAttempt.running ? nil : begin + offset + 5
        return .attempt(attempt)
    }

    /// Five actions: one that succeeded at once, one that did at its third attempt, one silenced, one that waits, one that failed.
    private func scratch() async throws -> Scratch {
        let scratch = try Scratch { $0.closesByItself = false }
        try await scratch.store.record([
            .action(action(1, rule: "cpu", action: "page", at: 0)), attempt(1, 1, at: 10, "succeeded"),
            .action(action(2, rule: "disk", action: "page", at: 100)), attempt(2, 1, at: 110, "timed_out"),
            .action(action(3, rule: "disk", action: "mail", at: 200, .silenced)),
            attempt(2, 2, at: 300, "failed"),
            .action(action(4, rule: "cpu", action: "mail", at: 400, .failed)), attempt(4, 1, at: 400, "failed"),
            attempt(2, 3, at: 500, "succeeded"),
            .action(action(5, rule: "cpu", action: "page", at: 600, .waiting)),
        ])
        return scratch
    }

    private func places(_ entries: [ActionEntry]) -> [String] {
        entries.map { "\($0.action.id).\($0.attempt?.attempt ?? 0)" }
    }

    private let everything = ["5.0", "2.3", "4.1", "2.2", "3.0", "2.1", "1.1"]

    @Test("is told the newest first, attempt by attempt")
    func order() async throws {
        let scratch = try await scratch()
        let entries = try scratch.store.actionHistory(ActionFilter())
        #expect(places(entries) == everything)
        #expect(
            entries.map(\.outcome) == [
                "waiting", "succeeded", "failed", "failed", "silenced", "timed_out", "succeeded",
            ])
        #expect(entries[1].action.attempts == 3)
        #expect(entries[1].attempt?.finished == begin + 505)
        #expect(entries[1].action.event.isEmpty)
    }

    /// Changes of a filter by a name, for the tables.
    private static let filters: [(String, [String], @Sendable (inout ActionFilter) -> Void)] = [
        ("rule", ["5.0", "4.1", "1.1"], { $0.rule = "cpu" }),
        ("action", ["5.0", "2.3", "2.2", "2.1", "1.1"], { $0.action = "page" }),
        ("outcome of attempts", ["4.1", "2.2"], { $0.outcome = "failed" }),
        ("outcome of actions without one", ["3.0"], { $0.outcome = "silenced" }),
        ("outcome of most", ["2.3", "1.1"], { $0.outcome = "succeeded" }),
        ("since", ["5.0", "2.3"], { $0.since = 1_732_170_000_500 }),
        ("until", ["3.0", "2.1", "1.1"], { $0.until = 1_732_170_000_200 }),
        (
            "range", ["2.2", "3.0"],
            {
                $0.since = 1_732_170_000_200
                $0.until = 1_732_170_000_300
            }
        ),
        (
            "rule and action", ["5.0", "1.1"],
            {
                $0.rule = "cpu"
                $0.action = "page"
            }
        ),
        (
            "rule and outcome", ["4.1"],
            {
                $0.rule = "cpu"
                $0.outcome = "failed"
            }
        ),
        (
            "rule and success", ["1.1"],
            {
                $0.rule = "cpu"
                $0.outcome = "succeeded"
            }
        ),
        (
            "action and outcome", ["2.2"],
            {
                $0.action = "page"
                $0.outcome = "failed"
            }
        ),
        ("unknown rule", [], { $0.rule = "none" }),
        ("limit", ["5.0", "2.3"], { $0.limit = 2 }),
        ("none", [], { $0.limit = 0 }),
    ]

    @Test("is filtered", arguments: filters.indices)
    func filtered(index: Int) async throws {
        let (name, want, change) = Self.filters[index]
        let scratch = try await scratch()
        var filter = ActionFilter()
        change(&filter)
        #expect(places(try scratch.store.actionHistory(filter)) == want, "\(name)")
    }

    @Test("goes on behind any of its entries", arguments: 0..<7)
    func pages(index: Int) async throws {
        let scratch = try await scratch()
        var filter = ActionFilter()
        filter.after = try scratch.store.actionHistory(filter)[index].place(asOf: .max)
        #expect(places(try scratch.store.actionHistory(filter)) == Array(everything[(index + 1)...]))
    }

    @Test("goes on where it was while new entries arrive, and old actions are tried again")
    func stable() async throws {
        let scratch = try await scratch()
        var filter = ActionFilter()
        filter.limit = 3
        let first = try scratch.store.actionHistory(filter)
        try await scratch.store.record([
            .action(action(6, at: 700)), attempt(6, 1, at: 700, "succeeded"), attempt(2, 4, at: 800, "succeeded"),
            attempt(5, 1, at: 900, StoredAttempt.running), attempt(3, 1, at: 950, StoredAttempt.running),
        ])
        filter.after = first.last?.place(asOf: begin + 650)
        filter.limit = 100
        // What had no attempt then stands where it stood.
        let now = everything.map { $0 == "3.0" ? "3.1" : $0 }
        #expect(places(first + (try scratch.store.actionHistory(filter))) == now)
    }

    @Test("has entries of one moment in an order, too")
    func ties() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        var changes: [JudgingChange] = []
        for id in Int64(1)...20 {
            changes.append(.action(action(id, at: 0, id % 3 == 0 ? .silenced : .succeeded)))
            if id % 3 != 0 { changes += [attempt(id, 1, at: 0, "failed"), attempt(id, 2, at: 0, "succeeded")] }
        }
        try await scratch.store.record(changes)
        let all = try scratch.store.actionHistory(ActionFilter())
        #expect(all.count == 34)
        var walked: [ActionEntry] = []
        var filter = ActionFilter()
        filter.limit = 1
        while walked.count <= all.count, let entry = try scratch.store.actionHistory(filter).first {
            walked.append(entry)
            filter.after = entry.place(asOf: .max)
        }
        #expect(places(walked) == places(all))
    }

    @Test("is told of one action as a whole")
    func whole() async throws {
        let scratch = try await scratch()
        let whole = try #require(try scratch.store.wholeAction(2))
        #expect(whole.action.event == #"{"id":2}"#)
        #expect(whole.attempts.map(\.outcome) == ["timed_out", "failed", "succeeded"])
        #expect(try scratch.store.wholeAction(3)?.attempts == [])
        #expect(try scratch.store.wholeAction(99) == nil)
    }

    @Test("says of what has not ended how long it was to wait")
    func pauses() async throws {
        let scratch = try Scratch { $0.closesByItself = false }
        var waiting = action(1, at: 0, .waiting)
        waiting.due = begin + 1000
        var fresh = action(2, at: 50, .waiting)
        fresh.due = begin + 50
        var running = action(4, at: 0, .running)
        running.due = begin + 300
        try await scratch.store.record([
            .action(waiting), attempt(1, 1, at: 10, "failed"), attempt(1, 2, at: 300, "failed"), .action(fresh),
            .action(action(3, at: 0)), .action(running), attempt(4, 1, at: 300, StoredAttempt.running),
        ])
        let record = try scratch.store.judgingRecord()
        #expect(record.openActions.map(\.id) == [1, 2, 4])
        #expect(record.pauses == [1: 695, 2: 0, 4: 300])
    }

    @Test("is written the same when a batch is applied twice")
    func twice() async throws {
        let scratch = try await scratch()
        let before = try scratch.store.actionHistory(ActionFilter())
        try await scratch.store.record([attempt(2, 1, at: 110, "timed_out"), attempt(2, 3, at: 500, "succeeded")])
        #expect(try scratch.store.actionHistory(ActionFilter()) == before)
        #expect(try scratch.shell("SELECT attempts FROM actions WHERE action_id = 2") == ["3"])
    }

    /// A page must cost as much as its entries: no filter may make SQLite go through all of the history, or sort it.
    @Test("is found by indexes", arguments: filters.indices)
    func plans(index: Int) async throws {
        let scratch = try await scratch()
        for isDeep in [false, true] {
            var filter = ActionFilter()
            Self.filters[index].2(&filter)
            if isDeep { filter.after = .init(time: begin, action: 7, attempt: 1, asOf: begin) }
            let plan = try scratch.store.plan(of: filter)
            for line in plan where line.hasPrefix("SCAN") { #expect(line.contains("USING INDEX"), "\(plan)") }
            // Behind the first page those few are put in order that have been tried since.
            #expect(plan.count { $0.contains("TEMP B-TREE") } == (isDeep ? 1 : 0), "\(plan)")
            if isDeep { #expect(plan.contains { $0.contains("attempts_by_time (started>?)") }, "\(plan)") }
            #expect(plan.contains("MERGE (UNION ALL)"), "\(plan)")
            if let rule = filter.rule, filter.outcome == nil || filter.outcome == "succeeded" {
                #expect(plan.filter { $0.contains("by_rule (rule=?") }.count == 2, "\(rule): \(plan)")
            } else if filter.outcome != nil {
                #expect(plan.filter { $0.contains("by_outcome (outcome=?") }.count == 2, "\(plan)")
            } else if filter.action != nil {
                #expect(plan.filter { $0.contains("by_name (action=?") }.count == 2, "\(plan)")
            } else if filter.since != nil || filter.until != nil || isDeep {
                #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
            }
        }
    }
}

extension Store {
    /// How SQLite goes about a question to the history.
    fileprivate func plan(of filter: ActionFilter) throws -> [String] {
        let (sql, values) = filter.query
        return try readers.read { connection in
            var lines: [String] = []
            let statement = try connection.statement("EXPLAIN QUERY PLAN " + sql)
            try statement.bind(values)
            defer { statement.reset() }
            while try statement.step() { lines.append(statement.text(3)) }
            return lines
        }
    }
}
