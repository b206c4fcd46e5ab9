import Model
import PromQL
import Store
import Testing

@testable import Rules

/// What a file would hold of a group after some evaluations.
private struct Rows {
    var group: JudgedGroup?
    var instances: [Int64: JudgedInstance] = [:]

    mutating func take(_ changes: [JudgingChange]) {
        for change in changes {
            switch change {
            case .group(let row): group = row
            case .instance(let row): instances[row.id] = row
            case .instanceGone(let id): instances[id] = nil
            default: break
            }
        }
    }
}

/// A group that is evaluated with made-up results, as a judge would.
private struct Judged {
    var group: ThresholdGroup
    var ends: [Int64: JudgingRound.End] = [:]
    var rows = Rows()
    var decided: [String] = []
    let numbers = ActionNumbers(after: 0, appliance: "a")
    var thresholds: [Threshold]
    var turn = Turn.alone
    var muted = false

    init(_ thresholds: [Threshold], interval: Int64 = 1000) {
        self.thresholds = thresholds
        group = ThresholdGroup(id: 7, name: "g", interval: interval, thresholds: thresholds)
    }

    mutating func evaluate(_ results: [ThresholdResult], at now: Int64, clocks: ClockReading? = nil) {
        let (isMuted, ends) = (muted, ends)
        var round = JudgingRound(
            turn: turn, muting: { _ in isMuted ? "because" : nil }, end: { ends[$0] }, numbers: numbers, externalURL: ""
        )
        group.evaluate(
            results, at: now, clocks: clocks ?? ClockReading(wall: now, steady: now, boot: "b"), in: &round)
        self.ends = [:]
        take(round, at: now)
    }

    private mutating func take(_ round: JudgingRound, at now: Int64) {
        rows.take(round.changes)
        for case .action(let action) in round.changes {
            decided.append("\(now / 1000) \(action.cause) \(action.state) \(action.action) \(action.outcome)")
        }
        for action in round.decided {
            // Every third fails.
            let cause = ThresholdWish.Cause(rawValue: action.cause) ?? .enter
            self.ends[action.id] = .init(succeeded: action.id % 3 != 0, cause: cause, at: now)
        }
    }

    /// The process dies and another one goes on with what is in the file. The clocks stand as they did.
    mutating func restart(group id: Int64 = 7) throws {
        let row = try #require(rows.group)
        let clocks = try #require(ClockReading(json: row.clock))
        try goOn(thresholds, group: id, clocks: clocks, knowingBefore: false)
    }

    /// Others are configured from now on, or a process goes on that does not know what was configured before.
    mutating func goOn(
        _ thresholds: [Threshold], group id: Int64 = 7, clocks: ClockReading, knowingBefore: Bool = true
    ) throws {
        let before = JudgedBefore(
            groups: [try #require(rows.group)], instances: rows.instances.values.sorted { $0.id < $1.id })
        let known = before.thresholdInstances()
        let old = Dictionary(self.thresholds.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
        var round = JudgingRound(
            turn: turn, muting: { _ in nil }, end: { _ in nil }, numbers: numbers, externalURL: "")
        if id != group.id { rows = Rows() }
        group = ThresholdGroup(id: id, name: "g\(id)", interval: 1000, thresholds: thresholds)
        group.restore(
            thresholds.flatMap { known[$0.name] ?? [] }, knowingBefore ? old : [:], clocks: clocks, in: &round)
        take(round, at: clocks.wall)
        self.thresholds = thresholds
    }

    var states: [String] { group.states().map { "\($0.labels) \($0.state) \($0.since)" } }
}

private func threshold(
    _ scope: Threshold.Scope = .each, missing: ThresholdRule.MissingPolicy = .lastValue
) throws -> Threshold {
    var soft = ThresholdRule.Level("soft", .init(.greater, 10), holdFor: 2000, backoff: 3000)
    soft.onEnter = ["a", "b"]
    soft.onRepeat = ["a"]
    soft.onResolve = ["c"]
    var hard = ThresholdRule.Level("hard", .init(.greater, 20), holdFor: 1000)
    hard.onEnter = ["d"]
    return Threshold(
        name: "t", query: try ParsedQuery("x"), scope: scope,
        rule: ThresholdRule([soft, hard], missing: missing, missingFor: 4000))
}

private func vector(_ values: [String: Double]) -> ThresholdResult {
    .vector(values.sorted { $0.key < $1.key }.map { VectorElement(labels: ["s": $0.key], value: $0.value) })
}

@Suite("A group of thresholds")
struct ThresholdGoingOnTests {
    @Test("goes on after a restart at any evaluation as if there had been none", arguments: Threshold.Scope.allCases)
    func restarting(scope: Threshold.Scope) throws {
        for missing in ThresholdRule.MissingPolicy.allCases {
            var decisions = 0
            for _ in 0..<20 {
                var plain = Judged([try threshold(scope, missing: missing)])
                var restarted = Judged([try threshold(scope, missing: missing)])
                for second in 1...60 {
                    let result: ThresholdResult =
                        Int.random(in: 0..<8) == 0
                        ? .failure("no answer")
                        : vector(
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
        var judged = Judged([try threshold(missing: .hold)])
        judged.evaluate([vector(["a": 5])], at: 1000)
        judged.evaluate([vector(["a": .nan])], at: 2000)
        #expect(judged.states == ["{s=\"a\"} no_data 2000"])
        judged.evaluate([.failure("cannot ask")], at: 3000)
        #expect(judged.states == ["{s=\"a\"} no_data 2000"])
        #expect(judged.group.states().first?.trouble == "cannot ask")
    }

    @Test("says that nothing is there, until something is")
    func absent() throws {
        var judged = Judged([try threshold()])
        judged.evaluate([vector([:])], at: 1000)
        #expect(judged.states == ["{} no_data 1000"])
        judged.evaluate([vector(["a": 1])], at: 2000)
        #expect(judged.states == ["{s=\"a\"} ok 2000"])
    }

    @Test("gives up a series that is gone for an hour, and says that what it was about is over")
    func forgetting() throws {
        var judged = Judged([try threshold(missing: .hold)])
        for second in 1...4 { judged.evaluate([vector(["a": 15, "b": 1])], at: Int64(second) * 1000) }
        judged.evaluate([vector(["b": 1])], at: 5000)
        judged.evaluate([vector(["b": 1])], at: 3_604_000)
        #expect(judged.states.count == 2)
        judged.evaluate([vector(["b": 1])], at: 3_605_000)
        #expect(judged.states.map { $0.prefix(7) } == ["{s=\"b\"}"])
        #expect(judged.decided.last == "3605 resolve resolved c waiting")
        #expect(judged.rows.instances.count == 1)
    }

    @Test(
        "neither storms nor falls silent when the clock is set by an hour",
        arguments: [3_600_000, -3_600_000] as [Int64])
    func clockSet(jump: Int64) throws {
        var judged = Judged([try threshold()])
        func clocks(_ steady: Int64, _ wall: Int64) -> ClockReading { .init(wall: wall, steady: steady, boot: "b") }
        let start: Int64 = 10_000_000
        judged.evaluate([vector(["a": 15])], at: start, clocks: clocks(0, start))
        var now = start + 1000 + jump
        judged.evaluate([vector(["a": 15])], at: now, clocks: clocks(1000, now))
        #expect(judged.decided.isEmpty)
        try judged.restart()
        now += 1000
        judged.evaluate([vector(["a": 15])], at: now, clocks: clocks(2000, now))
        #expect(judged.decided.count == 2)
        // The machine was started anew, and its clock is an hour behind.
        try judged.restart()
        now -= 3_600_000
        judged.evaluate([vector(["a": 15])], at: now, clocks: .init(wall: now, steady: 5, boot: "other"))
        judged.evaluate(
            [vector(["a": 15])], at: now + 1000, clocks: .init(wall: now + 1000, steady: 1005, boot: "other"))
        judged.evaluate(
            [vector(["a": 15])], at: now + 4000, clocks: .init(wall: now + 4000, steady: 4005, boot: "other"))
        #expect(judged.decided.contains { $0.contains("repeat") })
        #expect(judged.decided.count < 6)
    }

    @Test("does not take an outage of hours for a duration that held")
    func outage() throws {
        var judged = Judged([try threshold()])
        judged.evaluate([vector(["a": 15])], at: 1000)
        try judged.restart()
        judged.evaluate([vector(["a": 15])], at: 8_000_000)
        #expect(judged.decided.isEmpty)
        judged.evaluate([vector(["a": 15])], at: 8_002_000)
        #expect(judged.decided.count == 2)
    }

    @Test("acts only when it is its turn, and then about what is active already")
    func turns() throws {
        var judged = Judged([try threshold()])
        judged.turn = Turn(mayAct: false, epoch: 3)
        for second in 1...5 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        #expect(judged.decided.isEmpty)
        #expect(judged.states == ["{s=\"a\"} soft 3000"])
        judged.turn = Turn(mayAct: true, epoch: 4)
        judged.evaluate([vector(["a": 15])], at: 6000)
        #expect(judged.decided == ["6 enter soft a waiting", "6 enter soft b waiting"])
        judged.evaluate([vector(["a": 15])], at: 7000)
        // Somebody else acted in between, and what was done before counts no more.
        judged.turn = Turn(mayAct: true, epoch: 6)
        judged.evaluate([vector(["a": 15])], at: 8000)
        #expect(judged.decided.count == 4)
    }

    @Test("has what is silenced in the history once, and acts when the silence is over")
    func silence() throws {
        var judged = Judged([try threshold()])
        judged.muted = true
        for second in 1...6 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        #expect(judged.decided == ["3 enter soft a silenced", "3 enter soft b silenced"])
        judged.muted = false
        judged.evaluate([vector(["a": 15])], at: 7000)
        #expect(judged.decided.suffix(2) == ["7 enter soft a waiting", "7 enter soft b waiting"])
    }

    @Test("takes the first series, any of them or all of them for one")
    func scopes() throws {
        let values = vector(["a": 5, "b": 15, "c": 25])
        for (scope, state) in [(Threshold.Scope.first, "ok"), (.any, "hard"), (.all, "ok")] {
            var judged = Judged([try threshold(scope)])
            for second in 1...8 { judged.evaluate([values], at: Int64(second) * 1000) }
            #expect(judged.group.states().map(\.state) == [state], "\(scope)")
        }
        var all = Judged([try threshold(.all)])
        for second in 1...8 { all.evaluate([vector(["a": 12, "b": 25])], at: Int64(second) * 1000) }
        #expect(all.group.states().map(\.state) == ["soft"])
        #expect(all.group.states().map(\.value) == [12])
    }

    @Test("goes on in another group, with other numbers and the clocks of the group it comes from")
    func moving() throws {
        for jump: Int64 in [0, 3_600_000, -3_600_000] {
            var judged = Judged([try threshold()])
            func clocks(_ steady: Int64, _ wall: Int64) -> ClockReading { .init(wall: wall, steady: steady, boot: "b") }
            let start: Int64 = 10_000_000
            judged.evaluate([vector(["a": 15, "b": 1, "c": 15])], at: start, clocks: clocks(0, start))
            judged.evaluate(
                [vector(["a": 15, "b": 1, "c": 1])], at: start + 1000, clocks: clocks(1000, start + 1000))
            let now = start + 1500 + jump
            try judged.goOn([try threshold()], group: 9, clocks: clocks(1500, now))
            // Until the first evaluation, too, the rows are whole.
            #expect(judged.rows.instances.keys.sorted() == [9 << 20, 9 << 20 + 1, 9 << 20 + 2])
            #expect(judged.rows.group?.values == "[15,1,1]")
            try judged.restart(group: 9)
            judged.evaluate(
                [vector(["a": 15, "b": 1, "c": 15])], at: now + 500, clocks: clocks(2000, now + 500))
            #expect(judged.decided.map { $0.drop { $0 != " " } } == [" enter soft a waiting", " enter soft b waiting"])
            #expect(judged.group.states().map(\.state) == ["soft", "ok", "pending"])
        }
    }

    @Test("says that it is over when a threshold or a level is not configured any more")
    func notConfigured() throws {
        var judged = Judged([try threshold()])
        for second in 1...5 { judged.evaluate([vector(["a": 25])], at: Int64(second) * 1000) }
        #expect(judged.states == ["{s=\"a\"} hard 4000"])
        let decided = judged.decided.count
        var other = try threshold()
        other.rule.levels[0].name = "other"
        let clocks = ClockReading(wall: 5500, steady: 5500, boot: "b")
        try judged.goOn([other], clocks: clocks)
        // Of what only a configuration says that is gone nobody knows.
        var unknowing = judged
        #expect(judged.decided.dropFirst(decided) == ["5 resolve resolved c waiting"])
        #expect(judged.states.map { $0.prefix(10) } == ["{s=\"a\"} ok"])
        try unknowing.goOn([try threshold()], clocks: clocks, knowingBefore: false)
        #expect(unknowing.decided.count == decided + 1)
    }

    @Test("ends series one by one when they are judged together")
    func otherScope() throws {
        var judged = Judged([try threshold()])
        for second in 1...3 { judged.evaluate([vector(["a": 15, "b": 15])], at: Int64(second) * 1000) }
        #expect(judged.states.count == 2)
        try judged.goOn([try threshold(.any)], clocks: ClockReading(wall: 3500, steady: 3500, boot: "b"))
        judged.evaluate([vector(["a": 15, "b": 15])], at: 4000)
        #expect(judged.states == ["{} pending 4000"])
        #expect(judged.rows.instances.count == 1)
        #expect(judged.decided.filter { $0 == "4 resolve resolved c waiting" }.count == 2)
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
            var judged = Judged([try threshold()])
            judged.turn = first
            for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
            judged.turn = second
            judged.evaluate([vector(["a": 1])], at: 5000)
            try judged.restart()
            judged.turn = third
            judged.evaluate([vector(["a": 1])], at: last * 1000)
            judged.evaluate([vector(["a": 1])], at: last * 1000 + 1000)
            #expect(judged.decided.count { $0.contains("resolve") } == (isTold ? 1 : 0), "story \(index)")
        }
    }

    @Test("owes an end until the beginning is told anew, or the end is")
    func owedThroughFlaps() throws {
        let ours = Turn(mayAct: true, epoch: 4)
        let nobody = Turn(mayAct: false, epoch: 4, first: 4)
        for leftAgain in [false, true] {
            var judged = Judged([try threshold()])
            judged.turn = ours
            for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
            judged.turn = nobody
            judged.evaluate([vector(["a": 1])], at: 5000)
            for second in 6...9 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
            if leftAgain { judged.evaluate([vector(["a": 1])], at: 10_000) }
            judged.turn = ours
            judged.evaluate([vector(["a": leftAgain ? 1 : 15])], at: 11_000)
            #expect(judged.decided.count { $0.contains("resolve") } == (leftAgain ? 1 : 0))
            #expect(judged.decided.count { $0.contains("enter") } == (leftAgain ? 2 : 4))
            judged.evaluate([vector(["a": 1])], at: 12_000)
            #expect(judged.decided.count { $0.contains("resolve") } == 1)
        }
    }

    @Test("tells the end of what was entered again within the pause, and left before that was over")
    func owedWithinThePause() throws {
        var paused = try threshold()
        paused.rule.levels[0].backoff = 3_600_000
        paused.rule.levels[0].onEnter = ["a"]
        var judged = Judged([paused])
        let ours = Turn(mayAct: true, epoch: 4)
        judged.turn = ours
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = Turn(mayAct: false, epoch: 4, first: 4)
        judged.evaluate([vector(["a": 1])], at: 5000)
        for second in 6...9 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = ours
        judged.evaluate([vector(["a": 15])], at: 10_000)
        #expect(judged.decided.count == 1)
        judged.evaluate([vector(["a": 1])], at: 11_000)
        #expect(judged.decided.last == "11 resolve resolved c waiting")
    }

    @Test("remembers a series that is gone as long as its end is owed")
    func owedByWhatIsGone() throws {
        var judged = Judged([try threshold(missing: .hold)])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...4 { judged.evaluate([vector(["a": 15, "b": 1])], at: Int64(second) * 1000) }
        judged.evaluate([vector(["b": 1])], at: 5000)
        judged.turn = Turn(mayAct: false, epoch: 4, first: 4)
        judged.evaluate([vector(["b": 1])], at: 3_700_000)
        #expect(judged.states.count == 2)
        judged.turn = Turn(mayAct: true, epoch: 4)
        judged.evaluate([vector(["b": 1])], at: 3_701_000)
        #expect(judged.states.count == 1)
        #expect(judged.decided.last == "3701 resolve resolved c waiting")
    }

    @Test("gives nothing up because its source does not answer")
    func longSilence() throws {
        var judged = Judged([try threshold(missing: .hold)])
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        for hour in 1...5 { judged.evaluate([.failure("refused")], at: Int64(hour) * 3_600_000) }
        #expect(judged.states == ["{s=\"a\"} no_data 3600000"])
        #expect(judged.decided.allSatisfy { !$0.contains("resolve") })
    }

    @Test("tells what was active in a turn that others' turns lie behind, whoever wrote that down")
    func oldTurns() throws {
        var judged = Judged([try threshold()])
        judged.turn = Turn(mayAct: true, epoch: 5)
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        // Ours again, but nothing was evaluated in it before the restart.
        judged.turn = Turn(mayAct: true, epoch: 7, first: 7)
        try judged.restart()
        judged.evaluate([vector(["a": 15])], at: 5000)
        #expect(judged.decided.suffix(2) == ["5 enter soft a waiting", "5 enter soft b waiting"])
    }

    @Test("is over and begins when receivers know it by other labels")
    func otherLabels() throws {
        var judged = Judged([try threshold()])
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        let count = judged.decided.count
        var other = try threshold()
        other.labels = [Label("team", "b")]
        try judged.goOn([other], clocks: ClockReading(wall: 4500, steady: 4500, boot: "b"))
        #expect(judged.states == ["{s=\"a\"} soft 3000"])
        judged.evaluate([vector(["a": 15])], at: 5000)
        #expect(
            judged.decided.dropFirst(count).map { $0.drop { $0 != " " } } == [
                " resolve resolved c waiting", " enter soft a waiting", " enter soft b waiting",
            ])
    }

    @Test("judges a value that is missing by the levels that are configured now")
    func lastValueUnderOtherLevels() throws {
        var judged = Judged([try threshold()])
        judged.evaluate([vector(["a": 15])], at: 1000)
        judged.evaluate([vector([:])], at: 1500)
        var other = try threshold()
        other.rule.levels[0].comparison = .init(.greater, 100)
        other.rule.levels[1].comparison = .init(.greater, 200)
        try judged.goOn([other], clocks: ClockReading(wall: 1800, steady: 1800, boot: "b"))
        for second in 2...4 { judged.evaluate([vector([:])], at: Int64(second) * 1000) }
        #expect(judged.decided.isEmpty)
    }

    @Test("holds what is judged every two hours for an hour")
    func rareEvaluations() throws {
        var rare = try threshold()
        rare.rule.levels[0].holdFor = 3_600_000
        var judged = Judged([rare], interval: 7_200_000)
        for round in 1...2 { judged.evaluate([vector(["a": 15])], at: Int64(round) * 7_200_000) }
        #expect(judged.decided.count == 2)
    }

    @Test("stands every time that a file may say", arguments: [Int64.min, -1, Int64.max])
    func hostileTimes(time: Int64) throws {
        var judged = Judged([try threshold()])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = Turn(mayAct: false, epoch: 4, handover: 1000)
        judged.evaluate([vector(["a": 1])], at: 5000)
        judged.rows.group?.evaluated = time
        for key in judged.rows.instances.keys {
            let detail = judged.rows.instances[key]?.detail ?? ""
            judged.rows.instances[key]?.detail = detail.replacing("5000", with: String(time))
            judged.rows.instances[key]?.since = time
        }
        try judged.restart()
        judged.evaluate([vector(["a": 1])], at: 6000)
        judged.evaluate([vector(["a": 1])], at: time)
    }

    @Test("does nothing again when one turn of ours follows on another")
    func followingTurns() throws {
        var judged = Judged([try threshold()])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...5 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        let decided = judged.decided.count
        judged.turn = Turn(mayAct: true, epoch: 5, first: 4)
        judged.evaluate([vector(["a": 15])], at: 6000)
        #expect(judged.decided.dropFirst(decided).allSatisfy { $0.contains("repeat") })
    }
}
