import Model
import Synchronization
import Testing
import Threads

@Suite("A lane for work that may block")
struct BlockingLaneTests {
    @Test("takes one at a time, and those who wait one after the other")
    func turns() async throws {
        let lane = BlockingLane()
        let tally = Tally()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...20 {
                group.addTask {
                    try await lane.runInTurn {
                        tally.count { number }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 210)
        #expect(tally.most == 1)
    }

    @Test("keeps nobody waiting who was cancelled, be it behind another")
    func cancelling() async throws {
        let lane = BlockingLane()
        let mailbox = Mailbox<Int>()
        let hanging = Task { try await lane.run { _ = mailbox.takeAll(waitingAtMost: 10_000) } }
        while !lane.isBusy { await Task.yield() }
        let second = Task { () -> String in
            do {
                return try await lane.runInTurn { "done" }
            } catch {
                return "\(error)"
            }
        }
        await #expect(throws: UserError("an earlier attempt still hangs")) { try await lane.run {} }
        second.cancel()
        #expect(await second.value == "nobody waits for it any more")
        mailbox.post(1)
        try await hanging.value
        #expect(try await lane.runInTurn { "free" } == "free")
    }
}

/// Counts who is at work at the same time.
private final class Tally: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func count(_ work: () -> Int) -> Int {
        state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        defer { state.withLock { $0.now -= 1 } }
        return work()
    }
}
