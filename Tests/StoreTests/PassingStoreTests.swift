import Foundation
import Model
import Testing

@testable import Store

/// A store that goes with its process, and a history that has a limit.
@Suite struct PassingStoreTests {
    private func action(_ id: Int64, isOpen: Bool) -> [JudgingChange] {
        var action = StoredAction(id: id)
        action.due = isOpen ? 1 : nil
        action.outcome = isOpen ? .waiting : .succeeded
        var attempt = StoredAttempt(action: id, attempt: 1, started: id, epoch: 0)
        attempt.outcome = "succeeded"
        return [.action(action), .attempt(attempt)]
    }

    @Test func setsNothingAsideAndKeepsItsLogShort() async throws {
        let scratch = try Scratch { $0.isPassing = true }
        for id in 1...600 { try await scratch.store.record(action(Int64(id), isOpen: false)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder).sorted()
        #expect(names == ["test.db", "test.db-shm", "test.db-wal"])
        #expect(fileSize(scratch.path + "-wal") < 2 << 20)
    }

    @Test func theOldestActionsGoAndThoseThatHaveNotEndedStay() async throws {
        let scratch = try Scratch { $0.retention.actions = 10 }
        for id in 1...1300 { try await scratch.store.record(action(Int64(id), isOpen: id == 5)) }
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("select action_id from actions") == (["5"] + (1291...1300).map { "\($0)" }))
        #expect(try scratch.shell("select count(*), min(action_id) from attempts") == ["11|5"])
        scratch.store.setRetention(RetentionLimits(milliseconds: .max / 2, bytes: nil))
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("select count(*) from actions") == ["11"])
    }

    @Test func asManyActionsStayAsMay() async throws {
        let scratch = try Scratch { $0.retention.actions = 10 }
        for id in 21...31 {
            try await scratch.store.record(action(Int64(id), isOpen: false))
            #expect(scratch.store.maintain())
            #expect(try scratch.shell("select count(*) from actions") == ["\(min(10, id - 20))"])
        }
        #expect(try scratch.shell("select min(action_id) from actions") == ["22"])
    }

    @Test func actionsThatEndedLongAgoGo() async throws {
        let scratch = try Scratch { $0.retention.history = 1000 }
        let now = scratch.clock.now()
        for id: Int64 in 1...6 {
            var action = StoredAction(id: id)
            action.decided = now - 3500 + id * 500
            action.due = id == 2 ? 1 : nil
            action.outcome = id == 2 ? .waiting : .succeeded
            try await scratch.store.record([.action(action)])
        }
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("select action_id from actions") == ["2", "5", "6"])
        scratch.clock.advance(10_000)
        #expect(scratch.store.maintain())
        #expect(try scratch.shell("select action_id from actions") == ["2"])
    }
}
