import CSQLite
import Model
import Testing

@testable import Store

/// What is decided and done while the file does not take it.
@Suite("Judging on bad days")
struct JudgingBadDayTests {
    private func action(_ id: Int64) -> StoredAction {
        var action = StoredAction(id: id)
        action.key = "k-\(id)"
        action.action = "page"
        action.rule = "r"
        action.decided = 1_732_170_000_000
        action.due = action.decided
        action.event = #"{"id":\#(id)}"#
        return action
    }

    private func attempt(_ action: Int64, _ number: Int, _ outcome: String) -> JudgingChange {
        var attempt = StoredAttempt(action: action, attempt: number, started: 1_732_170_000_000, epoch: 1)
        attempt.outcome = outcome
        return .attempt(attempt)
    }

    private func progress(_ action: Int64, _ outcome: StoredAction.Outcome) -> JudgingChange {
        .progress(
            action: action, due: outcome == .succeeded ? nil : 1_732_170_000_000, outcome: outcome, note: "",
            ended: outcome == .succeeded ? 1_732_170_000_000 : nil)
    }

    private func write(_ changes: [JudgingChange], to store: Store) {
        let batch = WriteBatch()
        for change in changes { batch.add(change) }
        store.write(batch)
    }

    private func muting(_ id: String, _ comment: String) -> JudgingChange {
        .muting(StoredMuting(id: id, kind: "silence", starts: 0, ends: 1, author: "", comment: comment, detail: "{}"))
    }

    private func instance(_ id: Int64, _ state: String) -> JudgingChange {
        .instance(
            JudgedInstance(id: id, kind: "alert", rule: "r", series: "{}", state: state, since: 0, detail: "{}"))
    }

    /// Runs `body` while somebody else holds the file's lock.
    private func locked(_ scratch: Scratch, _ body: () async throws -> Void) async throws {
        // Nobody waits for it.
        try await scratch.store.writer.perform { _ = sqlite3_busy_timeout($0.handle, 0) }
        let lock = try Connection(path: scratch.path, mode: .readWrite)
        try lock.execute("BEGIN IMMEDIATE")
        // The first that waits for it: from now on the writer knows that it is locked.
        write([.fact(name: "first", value: "")], to: scratch.store)
        await #expect(throws: (any Error).self) { try await scratch.store.flush() }
        try await body()
        await #expect(throws: (any Error).self) { try await scratch.store.flush() }
    }

    @Test("goes on when a row is refused, which is said")
    func refused() async throws {
        let scratch = try Scratch(keepsLog: true)
        try Connection(path: scratch.path, mode: .readWrite).execute(
            """
            CREATE TRIGGER no BEFORE INSERT ON facts WHEN NEW.name = 'bad'
            BEGIN SELECT RAISE(ABORT, 'we do not want this'); END
            """)
        try ScriptedTarget(scratch.store).scrape(at: scratch.clock.now(), [(["__name__": "m"], "1")])
        try await scratch.store.record([
            .fact(name: "before", value: "1"), .fact(name: "bad", value: "lost\nline"), .action(action(7)),
            .fact(name: "after", value: "2"),
        ])
        #expect(scratch.store.trouble == nil)
        #expect(
            try scratch.shell("SELECT name FROM facts WHERE name IN ('before', 'bad', 'after') ORDER BY 1") == [
                "after", "before",
            ])
        #expect(try scratch.store.action(7) != nil)
        #expect(try scratch.store.read([.metric("m")]).count == 1)
        let said = scratch.log.filter { $0.contains("we do not want this") }
        #expect(said.count == 1 && said[0].contains("bad") && said[0].contains("lost"), "\(scratch.log)")
        // It is not tried again.
        try await scratch.store.record([.fact(name: "later", value: "3")])
        #expect(scratch.log.count { $0.contains("we do not want this") } == 1)
    }

    @Test("lets a group have the name of one that should have gone")
    func sameName() async throws {
        let scratch = try Scratch()
        func group(_ id: Int64, _ name: String) -> JudgingChange {
            .group(JudgedGroup(id: id, name: name, evaluated: id, clock: "{}", values: "[]"))
        }
        try await scratch.store.record([
            group(1, "a"), instance(JudgedInstance.id(group: 1, slot: 0), "ok"), group(3, "c"),
            instance(JudgedInstance.id(group: 3, slot: 0), "ok"),
        ])
        try await scratch.store.record([group(2, "a"), instance(JudgedInstance.id(group: 2, slot: 5), "ok")])
        #expect(scratch.store.trouble == nil)
        #expect(try scratch.shell("SELECT group_id, name FROM rule_groups ORDER BY 1") == ["2|a", "3|c"])
        #expect(
            try scratch.shell("SELECT instance_id >> 20, instance_id & 1048575 FROM rule_instances ORDER BY 1") == [
                "2|5", "3|0",
            ])
    }

    @Test("remembers of each attempt and action only how it stands, as long as nothing can be written")
    func merging() async throws {
        let scratch = try Scratch { $0.waitingLimit = 0 }
        try await locked(scratch) {
            let changes: [JudgingChange] = [
                .action(action(1)), attempt(1, 1, "running"), progress(1, .running), attempt(1, 1, "failed"),
                progress(1, .waiting), .action(action(2)), attempt(1, 2, "running"), progress(1, .running),
                attempt(1, 2, "succeeded"), progress(1, .succeeded), instance(1 << 20, "ok"), instance(1 << 20, "hard"),
                instance(2 << 20, "ok"), .instanceGone(2 << 20), muting("a", "1"), muting("a", "2"), muting("b", "1"),
                .mutingGone("b"), .alertGroup(key: "e\u{301}", detail: "{}"), .alertGroup(key: "\u{e9}", detail: "{}"),
                .fact(name: "f", value: "1"), .fact(name: "f", value: "2"),
            ]
            for change in changes { write([change], to: scratch.store) }
            await #expect(throws: (any Error).self) { try await scratch.store.flush() }
            let waiting = scratch.store.writer.currentCondition().waiting.flatMap(\.changes)
            // Two actions, attempts, instances, mutings, and groups; one progress; two facts.
            #expect(waiting.count == 13, "\(waiting)")
        }
        try await scratch.store.flush()
        #expect(
            try scratch.shell("SELECT action_id, outcome, attempts, due FROM actions ORDER BY 1") == [
                "1|succeeded|2|", "2|waiting|0|1732170000000",
            ])
        #expect(
            try scratch.shell("SELECT action_id, attempt, outcome, rule, action FROM attempts ORDER BY 1, 2") == [
                "1|1|failed|r|page", "1|2|succeeded|r|page",
            ])
        #expect(try scratch.shell("SELECT instance_id >> 20, state FROM rule_instances") == ["1|hard"])
        #expect(try scratch.shell("SELECT muting_id, comment FROM mutings") == ["a|2"])
        #expect(try scratch.shell("SELECT count(*) FROM alert_groups") == ["2"])
        #expect(try scratch.shell("SELECT value FROM facts WHERE name = 'f'") == ["2"])
    }

    /// Nothing of the history is given up. What that costs stands in docs/storage.md.
    @Test("costs little memory for each action, and little time, while nothing can be written")
    func growth() async throws {
        let scratch = try Scratch { $0.waitingLimit = 100_000 }
        let count = Int64(2000)
        try await locked(scratch) {
            for id in 1...count {
                write([.action(action(id))], to: scratch.store)
                for number in 1...3 {
                    write([attempt(id, number, "running"), progress(id, .running)], to: scratch.store)
                    write([attempt(id, number, "failed"), progress(id, .waiting)], to: scratch.store)
                }
            }
            await #expect(throws: (any Error).self) { try await scratch.store.flush() }
            let bytes = scratch.store.writer.currentCondition().waiting.reduce(0) { $0 + $1.byteCount }
            #expect(bytes / Int(count) < 1500)
        }
        try await scratch.store.flush()
        #expect(try scratch.shell("SELECT count(*) FROM attempts") == ["6000"])
    }
}
