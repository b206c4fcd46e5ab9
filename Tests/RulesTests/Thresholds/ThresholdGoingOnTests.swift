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
    /// The last turn in which it was ours to act.
    var lastOwn: Int64?
    var turn = Turn.alone
    var muted = false

    init(_ thresholds: [Threshold]) {
        self.thresholds = thresholds
        group = ThresholdGroup(id: 7, name: "g", thresholds: thresholds)
    }

    mutating func evaluate(_ results: [ThresholdResult], at now: Int64, clocks: ClockReading? = nil) {
        let (isMuted, ends) = (muted, ends)
        var round = JudgingRound(
            turn: turn, muting: { _ in isMuted ? "because" : nil }, end: { ends[$0] }, numbers: numbers, externalURL: ""
        )
        group.evaluate(
            results, at: now, clocks: clocks ?? ClockReading(wall: now, steady: now, boot: "b"), in: &round)
        self.ends = [:]
        if turn.mayAct { lastOwn = turn.epoch }
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
        group = ThresholdGroup(id: id, name: "g\(id)", thresholds: thresholds)
        group.restore(
            thresholds.flatMap { known[$0.name] ?? [] }, knowingBefore ? old : [:], clocks: clocks,
            epoch: lastOwn, in: &round)
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
        // (whose turn it was when it began, when it ended, and when it is ours again; whether we tell of the end)
        let ours = Turn(mayAct: true, epoch: 4, handover: 19_000)
        let nobody = Turn(mayAct: false, epoch: 4, handover: 19_000)
        let again = Turn(mayAct: true, epoch: 5, first: 4, handover: 19_000)
        let late: Int64 = 100_000
        let stories: [(Turn, Turn, Turn, Int64, Bool)] = [
            (ours, nobody, again, 6000, true), (ours, nobody, again, late, true),
            (nobody, nobody, again, 6000, true), (nobody, nobody, again, late, false),
            (ours, ours, again, 6000, true),
        ]
        for (index, (first, second, third, last, isTold)) in stories.enumerated() {
            var judged = Judged([try threshold()])
            judged.turn = first
            for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
            judged.turn = second
            judged.evaluate([vector(["a": 1])], at: 5000)
            if last == late { judged.evaluate([vector(["a": 1])], at: 50_000) }
            try judged.restart()
            judged.turn = third
            judged.evaluate([vector(["a": 1])], at: last)
            judged.evaluate([vector(["a": 1])], at: last + 1000)
            #expect(judged.decided.count { $0.contains("resolve") } == (isTold ? 1 : 0), "story \(index)")
        }
        // What has begun again is not over.
        var judged = Judged([try threshold()])
        judged.turn = ours
        for second in 1...4 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = nobody
        judged.evaluate([vector(["a": 1])], at: 5000)
        for second in 6...9 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        judged.turn = again
        judged.evaluate([vector(["a": 15])], at: 10_000)
        #expect(judged.decided.allSatisfy { !$0.contains("resolve") })
    }

    @Test("does nothing again when one turn of ours follows on another")
    func followingTurns() throws {
        var judged = Judged([try threshold()])
        judged.turn = Turn(mayAct: true, epoch: 4)
        for second in 1...5 { judged.evaluate([vector(["a": 15])], at: Int64(second) * 1000) }
        let decided = judged.decided.count
        judged.turn = Turn(mayAct: true, epoch: 5, first: 4)
        judged.evaluate([vector(["a": 15])], at: 6000)
        #expect(judged.decided.count <= decided + 1, "only what was to be repeated")
        #expect(judged.decided.dropFirst(decided).allSatisfy { $0.contains("repeat") })
    }
}
