import Model
import Store
import Synchronization
import Testing

@testable import Rules

/// A leadership that is as it is told.
private final class ToldLeadership: Leadership {
    private let epoch = Mutex<(epoch: Int64, isOurs: Bool)>((0, false))

    func be(_ epoch: Int64, ours: Bool) { self.epoch.withLock { $0 = (epoch, ours) } }

    var status: LeadershipStatus {
        let (epoch, isOurs) = epoch.withLock { $0 }
        return LeadershipStatus(isLeader: isOurs, epoch: epoch, holder: "", since: epoch / 2)
    }
    func actingEpoch() -> Int64? { epoch.withLock { $0.isOurs ? $0.epoch : nil } }
    var handover: Int64 { 19_000 }
    func start(telling: @escaping @Sendable (LeadershipStatus) -> Void) async throws(UserError) {}
    func stop() async {}
}

@Suite("Our turns to act")
struct TurnsTests {
    @Test("follow on each other unless somebody else's was between, across restarts too")
    func following() {
        let leadership = ToldLeadership()
        let facts = Mutex<[String: String]>([:])
        func make() -> Turns {
            Turns(leadership, facts: facts.withLock { $0 }) { change in
                if case .fact(let name, let value) = change { facts.withLock { $0[name] = value } }
            }
        }
        var turns = make()
        #expect(turns.present() == Turn(mayAct: false, epoch: 0, handover: 19_000))
        // The epoch, whether it is ours, and the first of the turns it follows on.
        let story: [(Int64, Bool, Int64)] = [
            (3, true, 3), (3, false, 3), (3, true, 3), (4, true, 3), (5, true, 3), (6, false, 3), (7, true, 7),
            (8, true, 7), (10, true, 10), (9, true, 9), (.max, true, .max), (.min, true, .min),
        ]
        for restarts in [false, true] {
            facts.withLock { $0 = [:] }
            turns = make()
            for (epoch, isOurs, first) in story {
                if restarts { turns = make() }
                leadership.be(epoch, ours: isOurs)
                let turn = turns.present()
                #expect(turn.mayAct == isOurs && turn.epoch == epoch && turn.first == first, "at \(epoch)")
                // Since the first of them began.
                #expect(turn.began == first / 2)
            }
        }
    }

    @Test("begin anew with a fact that nobody can read", arguments: ["", "x", "1 2", "1 2 3 4", "1 2 x", " 1 2 3 ."])
    func unreadable(fact: String) {
        let leadership = ToldLeadership()
        leadership.be(3, ours: true)
        let turns = Turns(leadership, facts: ["our_turns": fact]) { _ in }
        #expect(turns.present().first == 3)
    }
}
