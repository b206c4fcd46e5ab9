import Model
import PromQL

@testable import Rules

/// Numbers that look random and are the same in every run.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_f491_4f6c_dd1d
    }

    mutating func happens(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &self) < probability }

    mutating func one<Item>(of items: [Item]) -> Item { items[Int.random(in: items.indices, using: &self)] }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }
}

/// A past and what is to be tried out on it, both made up.
struct RandomPast {
    static let begin: Int64 = 1_760_000_000_000

    private(set) var past = MemorySource()
    private(set) var configuration = JudgingConfiguration()
    private var alerts = 0
    let from: Int64
    let to: Int64

    init(seed: Int) throws {
        var chance = Chance(seed)
        from = Self.begin + 20 * 60_000 + chance.number(0...59) * 1000
        to = from + (seed % 8 == 0 ? 100 : chance.number(15...30)) * 60_000
        for metric in ["x", "y"] {
            for number in 0..<chance.number(1...4) { addSeries(metric, number, &chance) }
        }
        // What others recorded, before and meanwhile.
        for name in ["rec:a", "rec:b", "rec:c", "rec:self"] where chance.happens(0.7) {
            addSeries(name, chance.number(0...2), &chance)
        }
        if chance.happens(0.5) {
            let labels: Labels = [
                "__name__": "ALERTS", "alertname": "High", "alertstate": "firing", "i": "0", "severity": "page",
            ]
            past.add(labels, (0..<300).map { Sample(Self.begin + Int64($0) * 15_000, 1) })
        }
        try addRules(&chance)
        try addThresholds(&chance)
        try addRoutes(&chance)
        try addMutings(&chance)
        if chance.happens(0.3) { configuration.groups.queryOffset = 30_000 }
        if chance.happens(0.3) {
            configuration.queries.lookBack = 60_000
            configuration.groups.engine.lookBack = 60_000
        }
    }

    /// A series that walks, is not there at times, ends with or without a word, and is no number now and then.
    private mutating func addSeries(_ metric: String, _ number: Int64, _ chance: inout Chance) {
        let labels: Labels = ["__name__": metric, "i": "\(number)", "job": chance.happens(0.5) ? "a" : "b"]
        var samples: [Sample] = []
        var value = Double(chance.number(0...20))
        var isThere = chance.happens(0.8)
        var time = Self.begin + chance.number(0...14_999)
        while time <= to + 120_000 {
            if isThere {
                value = max(0, min(20, value + Double(chance.number(-3...3))))
                samples.append(Sample(time, chance.happens(0.02) ? .nan : value))
                if chance.happens(0.01) {
                    isThere = false
                    if chance.happens(0.6) { samples.append(Sample(time + 5000, staleMarker)) }
                }
            } else if chance.happens(0.03) {
                isThere = true
            }
            time += 15_000
        }
        past.add(labels, samples)
    }

    // MARK: Rules

    private mutating func addRules(_ chance: inout Chance) throws {
        var text = "groups:\n"
        for group in ["first", "second", "third"] where chance.happens(0.8) {
            text += "- name: \(group)\n  interval: \(chance.one(of: ["15s", "15s", "20s", "30s", "1m"]))\n"
            if chance.happens(0.2) { text += "  limit: 2\n" }
            if chance.happens(0.2) { text += "  query_offset: \(chance.one(of: ["0s", "15s", "1m"]))\n" }
            text += "  rules:\n"
            for _ in 0..<chance.number(1...5) { text += "  - {\(rule(&chance))}\n" }
        }
        if !text.contains("rules:") { return }
        // Such that no two groups are evaluated at the same moment: which of them is first then, nobody knows.
        for attempt in 0..<1000 {
            let reading = RuleFile.read(Array(text.utf8), path: "rules\(attempt).yml")
            if let error = reading.errors.first { throw error }
            let schedules = reading.file.groups.map {
                GroupSchedule(name: KeptRuleGroup.name(of: $0), interval: $0.interval ?? 0)
            }
            let meet = schedules.indices.contains { a in
                schedules[..<a].contains { b in
                    (schedules[a].offset - b.offset) % greatestDivisor(schedules[a].interval, b.interval) == 0
                }
            }
            configuration.ruleFiles = [reading.file]
            if !meet { return }
        }
    }

    private mutating func rule(_ chance: inout Chance) -> String {
        let asked = chance.one(of: ["x", "y", "rec:a", "rec:a", "rec:b", "rec:c", "rec:self"])
        let number = chance.number(2...18)
        let expression = chance.one(of: [
            asked, "sum by (i) (\(asked))", "max_over_time(\(asked)[2m])", "rate(\(asked)[3m])", "\(asked) > \(number)",
            "count(\(asked)) or vector(0)", "x + on (job) \(asked)", "x * on (i) group_left () y",
            "avg_over_time(sum(\(asked))[3m:20s])", "\(asked) offset 1m", "last_over_time(\(asked)[90s] @ end())",
            "\(asked) offset -1m", "{__name__=~\"rec:.+\", i=\"0\"} > \(number)", "absent(\(asked))",
            "topk(1, \(asked))",
            "rec:self + 1 or vector(0)", "count by (alertstate) (ALERTS{alertname=~\"High|Low\"})",
            "ALERTS_FOR_STATE{alertname=\"High\"}", "timestamp(\(asked)) % 100",
        ])
        let quoted = "expr: '\(expression)'"
        if chance.happens(0.5) {
            let labels = chance.one(of: ["", "", ", labels: {kind: k}", ", labels: {i: ''}"])
            return "record: '\(chance.one(of: ["rec:a", "rec:a", "rec:b", "rec:c", "rec:self"]))', \(quoted)\(labels)"
        }
        var rule = "alert: \(chance.one(of: ["High", "High", "Low"])), \(quoted)"
        if chance.happens(0.6) { rule += ", for: \(chance.one(of: ["15s", "1m", "2m"]))" }
        if chance.happens(0.4) { rule += ", keep_firing_for: \(chance.one(of: ["30s", "3m"]))" }
        let labels = chance.one(of: [
            "severity: page", "severity: ticket", "value: \"{{ $value }}\"",
            "seen: \"{{ range query \\\"rec:a\\\" }}{{ .Value }} {{ end }}\"",
        ])
        // Of two alerts with the same labels nobody knows which one is told of.
        alerts += 1
        return rule + ", labels: {number: \(alerts), \(labels)}"
    }

    // MARK: Thresholds

    private mutating func addThresholds(_ chance: inout Chance) throws {
        for number in 0..<chance.number(1...5) {
            let asked = chance.one(of: ["x", "x", "y", "rec:a", "rec:b", "ALERTS"])
            let query = chance.one(of: [
                asked, asked, "sum(\(asked))", "x / on (i) y", "x + on (job) y", "topk(2, \(asked))",
                "sort_desc(\(asked))",
                "max_over_time(\(asked)[2m])", "scalar(\(asked))", "\(asked) @ end()", "\(asked) > 5",
            ])
            let limit = Double(chance.number(1...18))
            var levels = [ThresholdRule.Level("active", Comparison(chance.one(of: [.greater, .less]), limit))]
            if chance.happens(0.4) {
                levels = [
                    .init("soft", Comparison(.greater, limit)), .init("hard", Comparison(.greater, limit + 3)),
                ]
            }
            for place in levels.indices {
                levels[place].holdFor = chance.one(of: [0, 15_000, 60_000])
                levels[place].backoff = chance.one(of: [nil, 0, 60_000, 240_000])
                if chance.happens(0.8) { levels[place].onEnter = ["page"] }
                if chance.happens(0.5), levels[place].backoff != nil { levels[place].onRepeat = ["page", "chat"] }
                if chance.happens(0.6) { levels[place].onResolve = ["chat"] }
            }
            var rule = ThresholdRule(levels, missing: chance.one(of: ThresholdRule.MissingPolicy.allCases))
            rule.missingFor = chance.one(of: [30_000, 300_000])
            var threshold = Threshold(
                name: "t\(number)", query: try ParsedQuery(query),
                scope: chance.one(of: Threshold.Scope.allCases + [.each, .each]),
                rule: rule)
            if chance.happens(0.5) { threshold.labels = [Label("severity", "page")] }
            configuration.thresholds.append(
                .init(threshold: threshold, interval: chance.one(of: [15_000, 20_000, 60_000]), source: nil))
        }
    }

    // MARK: Routes and silences

    private mutating func addRoutes(_ chance: inout Chance) throws {
        for (number, action) in ["page", "chat"].enumerated() where chance.happens(0.8) {
            var timing = GroupTiming()
            timing.wait = chance.one(of: [0, 10_000, 30_000])
            timing.interval = chance.one(of: [10_000, 60_000, 300_000])
            timing.repetition = chance.one(of: [120_000, 600_000])
            timing.sendsResolved = chance.happens(0.7)
            let matchers =
                chance.happens(0.5) ? MatcherSet() : try MatcherSet([LabelMatcher("severity", .equal, "page")])
            configuration.routes.append(
                NotificationRoute(
                    name: "r\(number)", matchers: matchers, actions: chance.happens(0.3) ? ["page", "chat"] : [action],
                    grouping: chance.one(of: [.labels([]), .labels(["alertname"]), .labels(["i", "job"]), .everyLabel]),
                    timing: timing, continues: chance.happens(0.5)))
        }
    }

    private mutating func addMutings(_ chance: inout Chance) throws {
        if chance.happens(0.5) {
            let begin = from + chance.number(0...1200) * 1000
            configuration.silences.append(
                try Silence(
                    id: "s", matchers: [LabelMatcher("i", .equal, "0")], from: begin,
                    to: begin + chance.number(60...900) * 1000, author: "me", comment: "", createdAt: 0, updatedAt: 0,
                    origin: .configuration))
        }
        if chance.happens(0.5) {
            let begin = from + chance.number(0...1200) * 1000
            configuration.windows.append(
                MaintenanceWindow(
                    name: "w", matchers: try MatcherSet([LabelMatcher("severity", .equal, "page")]), author: "",
                    comment: "why", schedule: .once(begin..<begin + chance.number(60...900) * 1000, zone: nil)))
        }
    }
}

private func greatestDivisor(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? max(a, 1) : greatestDivisor(b, a % b) }
