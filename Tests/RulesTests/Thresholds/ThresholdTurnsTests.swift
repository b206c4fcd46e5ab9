import Model
import PromQL
import Store
import Testing

@testable import Rules

@Suite("A group of thresholds in turns")
struct ThresholdTurnsTests {
    @Test("acts only when it is its turn, and then about what is active already")
    func turns() throws {
        var judged = Judged([try someThreshold()])
        judged.turn = Turn(mayAct: false, epoch: 3)
        for second in 1...5 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        #expect(judged.decided.isEmpty)
        #expect(judged.states == ["{s=\"a\"} soft 3000"])
        judged.turn = Turn(mayAct: true, epoch: 4)
        judged.evaluate([answer(["a": 15])], at: 6000)
        #expect(judged.decided == ["6 enter soft a waiting", "6 enter soft b waiting"])
        judged.evaluate([answer(["a": 15])], at: 7000)
        // Somebody else acted in between, and what was done before counts no more.
        judged.turn = Turn(mayAct: true, epoch: 6)
        judged.evaluate([answer(["a": 15])], at: 8000)
        #expect(judged.decided.count == 4)
    }

    @Test("tells when its turn comes what was over while nobody's turn it was, and not what others told")
    func owed() throws {
        let ours = Turn(mayAct: true, epoch: 4, began: 0, handover: 19_000)
        let nobody = Turn(mayAct: false, epoch: 4, first: 4, began: 0, handover: 19_000)
        let again = Turn(mayAct: true, epoch: 5, first: 4, began: 0, handover: 19_000)
        func others(until began: Int64) -> Turn {
            Turn(mayAct: true, epoch: 6, first: 6, began: began, handover: 19_000)
        }
        // Whose turn it was when it began, when it ended at 5 s, and at last, and when that was; whether we tell of the end.
        let stories: [(Turn, Turn, Turn, Int64, Bool)] = [
            (ours, nobody, again, 6, true), (ours, nobody, again, 1000, true), (ours, ours, again, 6, true),
            // Others told; they were gone before it ended, or soon after; and we look only long afterwards.
            (nobody, nobody, others(until: 4500), 300, true), (nobody, nobody, others(until: 20_000), 21, true),
            (nobody, others(until: 4500), others(until: 4500), 6, true),
            // They were there when it ended.
            (nobody, nobody, others(until: 30_000), 31, false), (nobody, nobody, others(until: 900_000), 1000, false),
            // It began in our turn, and was never told.
            (nobody, nobody, ours, 6, false),
        ]
        for (index, (first, second, third, last, isTold)) in stories.enumerated() {
            var judged = Judged([try someThreshold()])
            judged.turn = first
            for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
            judged.turn = second
            judged.evaluate([answer(["a": 1])], at: 5000)
            try judged.restart()
            judged.turn = third
            judged.evaluate([answer(["a": 1])], at: last * 1000)
            judged.evaluate([answer(["a": 1])], at: last * 1000 + 1000)
            #expect(judged.decided.count { $0.contains("resolve") } == (isTold ? 1 : 0), "story \(index)")
        }
    }

    @Test("owes an end until the beginning is told anew, or the end is")
    func owedThroughFlaps() throws {
        let ours = Turn(mayAct: true, epoch: 4)
        let nobody = Turn(mayAct: false, epoch: 4, first: 4)
        for leftAgain in [false, true] {
            var judged = Judged([try someThreshold()])
            judged.turn = ours
            for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
            judged.turn = nobody
            judged.evaluate([answer(["a": 1])], at: 5000)
            for second in 6...9 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
            if leftAgain { judged.evaluate([answer(["a": 1])], at: 10_000) }
            judged.turn = ours
            judged.evaluate([answer(["a": leftAgain ? 1 : 15])], at: 11_000)
            #expect(judged.decided.count { $0.contains("resolve") } == (leftAgain ? 1 : 0))
            #expect(judged.decided.count { $0.contains("enter") } == (leftAgain ? 2 : 4))
            judged.evaluate([answer(["a": 1])], at: 12_000)
            #expect(judged.decided.count { $0.contains("resolve") } == 1)
        }
    }

    @Test("tells the end of what was entered again within the pause, and left before that was over")
    func owedWithinThePause() throws {
        var paused = try someThreshold()
        paused.rule.levels[0].backoff = 3_600_000
        paused.rule.levels[0].onEnter = ["a"]
        var judged = Judged([paused])
        let ours = Turn(mayAct: true, epoch: 4)
        judged.turn = ours
        for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = Turn(mayAct: false, epoch: 4, first: 4)
        judged.evaluate([answer(["a": 1])], at: 5000)
        for second in 6...9 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = ours
        judged.evaluate([answer(["a": 15])], at: 10_000)
        #expect(judged.decided.count == 1)
        judged.evaluate([answer(["a": 1])], at: 11_000)
        #expect(judged.decided.last == "11 resolve resolved c waiting")
    }

    @Test("remembers a series that is gone as long as its end is owed")
    func owedByWhatIsGone() throws {
        var judged = Judged([try someThreshold(missing: .hold)])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...4 { judged.evaluate([answer(["a": 15, "b": 1])], at: Int64(second) * 1000) }
        judged.evaluate([answer(["b": 1])], at: 5000)
        judged.turn = Turn(mayAct: false, epoch: 4, first: 4)
        judged.evaluate([answer(["b": 1])], at: 3_700_000)
        #expect(judged.states.count == 2)
        judged.turn = Turn(mayAct: true, epoch: 4)
        judged.evaluate([answer(["b": 1])], at: 3_701_000)
        #expect(judged.states.count == 1)
        #expect(judged.decided.last == "3701 resolve resolved c waiting")
    }

    @Test("tells what was active in a turn that others' turns lie behind, whoever wrote that down")
    func oldTurns() throws {
        var judged = Judged([try someThreshold()])
        judged.turn = Turn(mayAct: true, epoch: 5)
        for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        // Ours again, but nothing was evaluated in it before the restart.
        judged.turn = Turn(mayAct: true, epoch: 7, first: 7)
        try judged.restart()
        judged.evaluate([answer(["a": 15])], at: 5000)
        #expect(judged.decided.suffix(2) == ["5 enter soft a waiting", "5 enter soft b waiting"])
    }

    @Test("does nothing again when one turn of ours follows on another")
    func followingTurns() throws {
        var judged = Judged([try someThreshold()])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...5 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        let decided = judged.decided.count
        judged.turn = Turn(mayAct: true, epoch: 5, first: 4)
        judged.evaluate([answer(["a": 15])], at: 6000)
        #expect(judged.decided.dropFirst(decided).allSatisfy { $0.contains("repeat") })
    }
}
