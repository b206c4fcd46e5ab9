import Model
import PromQL
import Store
import Testing

@testable import Rules

@Suite("A group of thresholds")
struct ThresholdGoingOnTests {
    @Test("goes on after a restart at any evaluation as if there had been none", arguments: Threshold.Scope.allCases)
    func restarting(scope: Threshold.Scope) throws {
        for missing in ThresholdRule.MissingPolicy.allCases {
            var decisions = 0
            for _ in 0..<20 {
                var plain = Judged([try someThreshold(scope, missing: missing)])
                var restarted = Judged([try someThreshold(scope, missing: missing)])
                for second in 1...60 {
                    let result: ThresholdResult =
                        Int.random(in: 0..<8) == 0
                        ? .failure("no answer")
                        : answer(
                            Dictionary(
                                ["a", "b", "c"].filter { _ in Int.random(in: 0..<4) > 0 }.map {
                                    ($0, Double(Int.random(in: 0..<30)))
                                }, uniquingKeysWith: { a, _ in a }))
                    let now = Int64(second) * 1000
                    plain.evaluate([result], at: now)
                    restarted.evaluate([result], at: now)
                    // How actions ended is in the file as well.
                    if Bool.random() { try restarted.restart() }
                    #expect(plain.states == restarted.states, "after \(second) s")
                    #expect(plain.decided == restarted.decided, "after \(second) s")
                }
                decisions += plain.decided.count
            }
            #expect(decisions > 0)
        }
    }

    @Test("takes a series that has no value for missing, and NaN too")
    func missing() throws {
        var judged = Judged([try someThreshold(missing: .hold)])
        judged.evaluate([answer(["a": 5])], at: 1000)
        judged.evaluate([answer(["a": .nan])], at: 2000)
        #expect(judged.states == ["{s=\"a\"} no_data 2000"])
        judged.evaluate([.failure("cannot ask")], at: 3000)
        #expect(judged.states == ["{s=\"a\"} no_data 2000"])
        #expect(judged.group.states().first?.trouble == "cannot ask")
    }

    @Test("says that nothing is there, until something is")
    func absent() throws {
        var judged = Judged([try someThreshold()])
        judged.evaluate([answer([:])], at: 1000)
        #expect(judged.states == ["{} no_data 1000"])
        judged.evaluate([answer(["a": 1])], at: 2000)
        #expect(judged.states == ["{s=\"a\"} ok 2000"])
    }

    @Test("gives up a series that is gone for an hour, and says that what it was about is over")
    func forgetting() throws {
        var judged = Judged([try someThreshold(missing: .hold)])
        for second in 1...4 { judged.evaluate([answer(["a": 15, "b": 1])], at: Int64(second) * 1000) }
        judged.evaluate([answer(["b": 1])], at: 5000)
        judged.evaluate([answer(["b": 1])], at: 3_604_000)
        #expect(judged.states.count == 2)
        judged.evaluate([answer(["b": 1])], at: 3_605_000)
        #expect(judged.states.map { $0.prefix(7) } == ["{s=\"b\"}"])
        #expect(judged.decided.last == "3605 resolve resolved c waiting")
        #expect(judged.rows.instances.count == 1)
    }

    @Test(
        "neither storms nor falls silent when the clock is set by an hour",
        arguments: [3_600_000, -3_600_000] as [Int64])
    func clockSet(jump: Int64) throws {
        var judged = Judged([try someThreshold()])
        func clocks(_ steady: Int64, _ wall: Int64) -> ClockReading { .init(wall: wall, steady: steady, boot: "b") }
        let start: Int64 = 10_000_000
        judged.evaluate([answer(["a": 15])], at: start, clocks: clocks(0, start))
        var now = start + 1000 + jump
        judged.evaluate([answer(["a": 15])], at: now, clocks: clocks(1000, now))
        #expect(judged.decided.isEmpty)
        try judged.restart()
        now += 1000
        judged.evaluate([answer(["a": 15])], at: now, clocks: clocks(2000, now))
        #expect(judged.decided.count == 2)
        // The machine was started anew, and its clock is an hour behind.
        try judged.restart()
        now -= 3_600_000
        judged.evaluate([answer(["a": 15])], at: now, clocks: .init(wall: now, steady: 5, boot: "other"))
        judged.evaluate(
            [answer(["a": 15])], at: now + 1000, clocks: .init(wall: now + 1000, steady: 1005, boot: "other"))
        judged.evaluate(
            [answer(["a": 15])], at: now + 4000, clocks: .init(wall: now + 4000, steady: 4005, boot: "other"))
        #expect(judged.decided.contains { $0.contains("repeat") })
        #expect(judged.decided.count < 6)
    }

    @Test("does not take an outage of hours for a duration that held")
    func outage() throws {
        var judged = Judged([try someThreshold()])
        judged.evaluate([answer(["a": 15])], at: 1000)
        try judged.restart()
        judged.evaluate([answer(["a": 15])], at: 8_000_000)
        #expect(judged.decided.isEmpty)
        judged.evaluate([answer(["a": 15])], at: 8_002_000)
        #expect(judged.decided.count == 2)
    }

    @Test("has what is silenced in the history once, and acts when the silence is over")
    func silence() throws {
        var judged = Judged([try someThreshold()])
        judged.muted = true
        for second in 1...6 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        #expect(judged.decided == ["3 enter soft a silenced", "3 enter soft b silenced"])
        judged.muted = false
        judged.evaluate([answer(["a": 15])], at: 7000)
        #expect(judged.decided.suffix(2) == ["7 enter soft a waiting", "7 enter soft b waiting"])
    }

    @Test("takes the first series, any of them or all of them for one")
    func scopes() throws {
        let values = answer(["a": 5, "b": 15, "c": 25])
        for (scope, state) in [(Threshold.Scope.first, "ok"), (.any, "hard"), (.all, "ok")] {
            var judged = Judged([try someThreshold(scope)])
            for second in 1...8 { judged.evaluate([values], at: Int64(second) * 1000) }
            #expect(judged.group.states().map(\.state) == [state], "\(scope)")
        }
        var all = Judged([try someThreshold(.all)])
        for second in 1...8 { all.evaluate([answer(["a": 12, "b": 25])], at: Int64(second) * 1000) }
        #expect(all.group.states().map(\.state) == ["soft"])
        #expect(all.group.states().map(\.value) == [12])
    }

    @Test("goes on in another group, with other numbers and the clocks of the group it comes from")
    func moving() throws {
        for jump: Int64 in [0, 3_600_000, -3_600_000] {
            var judged = Judged([try someThreshold()])
            func clocks(_ steady: Int64, _ wall: Int64) -> ClockReading { .init(wall: wall, steady: steady, boot: "b") }
            let start: Int64 = 10_000_000
            judged.evaluate([answer(["a": 15, "b": 1, "c": 15])], at: start, clocks: clocks(0, start))
            judged.evaluate(
                [answer(["a": 15, "b": 1, "c": 1])], at: start + 1000, clocks: clocks(1000, start + 1000))
            let now = start + 1500 + jump
            try judged.goOn([try someThreshold()], group: 9, clocks: clocks(1500, now))
            // Until the first evaluation, too, the rows are whole.
            #expect(judged.rows.instances.keys.sorted() == [9 << 20, 9 << 20 + 1, 9 << 20 + 2])
            #expect(judged.rows.group?.values == "[15,1,1]")
            try judged.restart(group: 9)
            judged.evaluate(
                [answer(["a": 15, "b": 1, "c": 15])], at: now + 500, clocks: clocks(2000, now + 500))
            #expect(judged.decided.map { $0.drop { $0 != " " } } == [" enter soft a waiting", " enter soft b waiting"])
            #expect(judged.group.states().map(\.state) == ["soft", "ok", "pending"])
        }
    }

    @Test("says that it is over when a threshold or a level is not configured any more")
    func notConfigured() throws {
        var judged = Judged([try someThreshold()])
        for second in 1...5 { judged.evaluate([answer(["a": 25])], at: Int64(second) * 1000) }
        #expect(judged.states == ["{s=\"a\"} hard 4000"])
        let decided = judged.decided.count
        var other = try someThreshold()
        other.rule.levels[0].name = "other"
        let clocks = ClockReading(wall: 5500, steady: 5500, boot: "b")
        try judged.goOn([other], clocks: clocks)
        // Of what only a configuration says that is gone nobody knows.
        var unknowing = judged
        #expect(judged.decided.dropFirst(decided) == ["5 resolve resolved c waiting"])
        #expect(judged.states.map { $0.prefix(10) } == ["{s=\"a\"} ok"])
        try unknowing.goOn([try someThreshold()], clocks: clocks, knowingBefore: false)
        #expect(unknowing.decided.count == decided + 1)
    }

    @Test("ends series one by one when they are judged together")
    func otherScope() throws {
        var judged = Judged([try someThreshold()])
        for second in 1...3 { judged.evaluate([answer(["a": 15, "b": 15])], at: Int64(second) * 1000) }
        #expect(judged.states.count == 2)
        try judged.goOn([try someThreshold(.any)], clocks: ClockReading(wall: 3500, steady: 3500, boot: "b"))
        judged.evaluate([answer(["a": 15, "b": 15])], at: 4000)
        #expect(judged.states == ["{} pending 4000"])
        #expect(judged.rows.instances.count == 1)
        #expect(judged.decided.filter { $0 == "4 resolve resolved c waiting" }.count == 2)
    }

    @Test("gives nothing up because its source does not answer")
    func longSilence() throws {
        var judged = Judged([try someThreshold(missing: .hold)])
        for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        for hour in 1...5 { judged.evaluate([.failure("refused")], at: Int64(hour) * 3_600_000) }
        #expect(judged.states == ["{s=\"a\"} no_data 3600000"])
        #expect(judged.decided.allSatisfy { !$0.contains("resolve") })
    }

    @Test("is over and begins when receivers know it by other labels")
    func otherLabels() throws {
        var judged = Judged([try someThreshold()])
        for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        let count = judged.decided.count
        var other = try someThreshold()
        other.labels = [Label("team", "b")]
        try judged.goOn([other], clocks: ClockReading(wall: 4500, steady: 4500, boot: "b"))
        #expect(judged.states == ["{s=\"a\"} soft 3000"])
        judged.evaluate([answer(["a": 15])], at: 5000)
        #expect(
            judged.decided.dropFirst(count).map { $0.drop { $0 != " " } } == [
                " resolve resolved c waiting", " enter soft a waiting", " enter soft b waiting",
            ])
    }

    @Test("judges a value that is missing by the levels that are configured now")
    func lastValueUnderOtherLevels() throws {
        var judged = Judged([try someThreshold()])
        judged.evaluate([answer(["a": 15])], at: 1000)
        judged.evaluate([answer([:])], at: 1500)
        var other = try someThreshold()
        other.rule.levels[0].comparison = .init(.greater, 100)
        other.rule.levels[1].comparison = .init(.greater, 200)
        try judged.goOn([other], clocks: ClockReading(wall: 1800, steady: 1800, boot: "b"))
        for second in 2...4 { judged.evaluate([answer([:])], at: Int64(second) * 1000) }
        #expect(judged.decided.isEmpty)
    }

    @Test("holds what is judged every two hours for an hour")
    func rareEvaluations() throws {
        var rare = try someThreshold()
        rare.rule.levels[0].holdFor = 3_600_000
        var judged = Judged([rare], interval: 7_200_000)
        for round in 1...2 { judged.evaluate([answer(["a": 15])], at: Int64(round) * 7_200_000) }
        #expect(judged.decided.count == 2)
    }

    @Test("stands every time that a file may say", arguments: [Int64.min, -1, Int64.max])
    func hostileTimes(time: Int64) throws {
        var judged = Judged([try someThreshold()])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...4 { judged.evaluate([answer(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = Turn(mayAct: false, epoch: 4, handover: 1000)
        judged.evaluate([answer(["a": 1])], at: 5000)
        judged.rows.group?.evaluated = time
        for key in judged.rows.instances.keys {
            let detail = judged.rows.instances[key]?.detail ?? ""
            judged.rows.instances[key]?.detail = detail.replacing("5000", with: String(time))
            judged.rows.instances[key]?.since = time
        }
        try judged.restart()
        judged.evaluate([answer(["a": 1])], at: 6000)
        judged.evaluate([answer(["a": 1])], at: time)
    }

}
