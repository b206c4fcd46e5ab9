import Store
import Testing

@testable import Rules

@Suite("How actions ended")
struct ActionEndsTests {
    private func action(_ id: Int64, origin: String = ActionEnds.threshold) -> StoredAction {
        var action = StoredAction(id: id)
        action.origin = origin
        action.cause = "enter"
        return action
    }

    @Test("is heard once, by whoever decided on them")
    func heard() {
        let ends = ActionEnds()
        ends.note(action(1), succeeded: true, at: 5)
        ends.note(action(2, origin: "group:r"), succeeded: false, at: 5)
        ends.note(action(3, origin: ""), succeeded: true, at: 5)
        #expect(ends.take(1)?.succeeded == true)
        #expect(ends.take(1) == nil && ends.take(2) == nil && ends.take(3) == nil)
        #expect(ends.takeTold() == [2: false])
        #expect(ends.takeTold().isEmpty)
    }

    @Test("is forgotten when nobody waits for it, but not while somebody may")
    func forgotten() {
        let ends = ActionEnds()
        for id: Int64 in 1...3 { ends.note(action(id), succeeded: true, at: 5) }
        ends.note(missing: 4, at: 5)
        ends.note(told: 5, succeeded: true)
        ends.forget { noted in
            // One that ends meanwhile is waited for by somebody who was asked before.
            ends.note(action(6), succeeded: true, at: 6)
            return noted.subtracting([2, 4])
        }
        #expect((Int64(1)...6).map { ends.take($0) != nil } == [false, true, false, true, false, true])
        #expect(ends.takeTold() == [5: true])
    }
}
