import Model
import PromQL
import Store
import Testing

@testable import Rules

/// What a file would hold of a group after some evaluations.
struct Rows {
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
struct Judged {
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

func someThreshold(
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

func answer(_ values: [String: Double]) -> ThresholdResult {
    .vector(values.sorted { $0.key < $1.key }.map { VectorElement(labels: ["s": $0.key], value: $0.value) })
}
