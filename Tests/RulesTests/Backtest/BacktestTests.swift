import Model
import PromQL
import Testing

@testable import Rules

@Suite("A backtest")
struct BacktestTests {
    private static let minute: Int64 = 60_000

    /// A configuration of these groups of rules, as they stand in a file.
    private func rules(_ text: String) throws -> JudgingConfiguration {
        var configuration = JudgingConfiguration()
        let reading = RuleFile.read(Array(text.utf8), path: "rules.yml")
        if let error = reading.errors.first { throw error }
        configuration.ruleFiles = [reading.file]
        return configuration
    }

    /// A threshold that is judged once a minute.
    private func threshold(
        _ query: String, _ comparison: String, holdFor: Int64 = 0, missing: ThresholdRule.MissingPolicy = .lastValue,
        change: (inout ThresholdRule.Level) -> Void = { _ in }
    ) throws -> JudgingConfiguration {
        var level = ThresholdRule.Level("active", try Comparison(comparison), holdFor: holdFor)
        change(&level)
        var configuration = JudgingConfiguration()
        let threshold = Threshold(
            name: "t", query: try ParsedQuery(query), rule: ThresholdRule([level], missing: missing))
        configuration.thresholds = [.init(threshold: threshold, interval: Self.minute, source: nil)]
        return configuration
    }

    private func run(
        _ configuration: JudgingConfiguration, over source: any SeriesSource, from: Int64 = 0, to: Int64,
        mostValues: Int = 2_000_000
    ) throws -> BacktestReport {
        try Backtest(configuration, over: source, mostValues: mostValues)
            .run(from: from * Self.minute, to: to * Self.minute)
    }

    /// The states of a rule's series, each with the minute in which it began: `firing@3`.
    private func states(_ report: BacktestReport, _ rule: String) -> [[String]] {
        report.rules.filter { $0.name == rule }.flatMap(\.series).map { timeline in
            timeline.changes.map { "\($0.state)@\($0.time / Self.minute)" }
        }
    }

    // MARK: Recordings

    /// `r` as somebody recorded it, and as the rule under test does: the double of `x`.
    private func changedRule() throws -> MemorySource {
        try source("x 1x20", "r 100x20")
    }

    @Test("shows what a changed recording rule records, and what was stored only until then")
    func changed() throws {
        let configuration = try rules(
            """
            groups:
            - name: g
              rules:
              - {record: r, expr: x * 2}
              - {alert: New, expr: 'r == 2'}
              - {alert: Old, expr: 'r == 100'}
              - {alert: Both, expr: 'max_over_time(r[5m]) == 100 and min_over_time(r[5m]) == 2'}
            """)
        let report = try run(configuration, over: changedRule(), from: 10, to: 20)
        #expect(states(report, "New") == [["firing@10"]])
        #expect(states(report, "Old") == [])
        #expect(states(report, "Both") == [["firing@10", "inactive@14"]])
        #expect(report.rules.first?.recordedSamples == 10)
        #expect(report.problems == [])
    }

    @Test("shows it to other groups, wherever they stand, and to thresholds")
    func acrossGroups() throws {
        var configuration = try rules(
            """
            groups:
            - name: reader
              rules:
              - {alert: New, expr: 'r == 2'}
            - name: writer
              rules:
              - {record: r, expr: x * 2}
            """)
        configuration.thresholds = try threshold("r", "== 2").thresholds
        let report = try run(configuration, over: changedRule(), from: 10, to: 20)
        /// The first time at which one sees what the other records.
        func first(_ reader: String) -> Int {
            let offsets = [reader, "rules.yml;writer"].map { GroupSchedule(name: $0, interval: Self.minute).offset }
            return offsets[0] < offsets[1] ? 11 : 10
        }
        #expect(states(report, "New") == [["firing@\(first("rules.yml;reader"))"]])
        #expect(states(report, "t").contains { $0.last == "active@\(first("thresholds/1m"))" })
    }

    @Test("ends series that a rule does not record any more")
    func endOfRecordings() throws {
        let configuration = try rules(
            """
            groups:
            - name: g
              rules:
              - {record: r, expr: x > 1}
              - {alert: There, expr: r}
            """)
        for mostValues in [1, 2_000_000] {
            let report = try run(
                configuration, over: source("x 2x4 0x4 2x20 0x4"), to: 40, mostValues: mostValues)
            #expect(states(report, "There") == [["firing@0", "inactive@5", "firing@10", "inactive@31"]])
        }
    }

    @Test("ends what was stored and is not recorded any more, also where labels have changed")
    func endOfStored() throws {
        let group = "groups:\n- name: g\n  rules:\n  - {alert: There, expr: r}\n"
        let past = try source("x 1x20", "r{i=\"1\"} 1x20", "r{i=\"2\",l=\"old\"} 1x20")
        let cases: [(rule: String, states: [[String]])] = [
            ("{record: r, expr: 'x < 0'}", [["firing@10", "inactive@11"], ["firing@10", "inactive@11"]]),
            ("{record: r, expr: x, labels: {i: 1}}", [["firing@10"], ["firing@10", "inactive@11"]]),
            (
                "{record: r, expr: x, labels: {l: new}}",
                [
                    ["firing@10", "inactive@11"], ["firing@10", "inactive@11"], ["firing@11"],
                ]
            ),
        ]
        for (rule, expected) in cases {
            let report = try run(try rules(group + "  - \(rule)"), over: past, from: 10, to: 20)
            #expect(
                states(report, "There").sorted { "\($0)" < "\($1)" } == expected.sorted { "\($0)" < "\($1)" }, "\(rule)"
            )
        }
    }

    @Test("shows alerts as they would have been, not as they were")
    func alertsSeen() throws {
        let configuration = try rules(
            """
            groups:
            - name: g
              rules:
              - {alert: A, expr: x > 1, for: 2m}
              - {alert: Many, expr: 'count(ALERTS{alertname="A",alertstate="firing"}) > 0'}
              - {alert: Other, expr: 'ALERTS{alertname="B"}'}
            """)
        let past = try source(
            "x 0x4 2x20", "ALERTS{alertname=\"A\",alertstate=\"firing\"} 1x30",
            "ALERTS{alertname=\"B\",alertstate=\"firing\"} 1x30")
        let report = try run(configuration, over: past, from: 1, to: 20)
        #expect(states(report, "A") == [["pending@5", "firing@7"]])
        #expect(states(report, "Many") == [["firing@7"]])
        #expect(states(report, "Other") == [["firing@1"]])
    }

    @Test("lets a rule see what it has recorded itself")
    func counting() throws {
        let configuration = try rules(
            """
            groups:
            - name: g
              rules:
              - {record: n, expr: 'n + 1 or vector(0)'}
              - {alert: Ten, expr: n >= 10}
            """)
        let report = try run(configuration, over: MemorySource(), to: 30, mostValues: 1)
        #expect(states(report, "Ten") == [["firing@10"]])
        #expect(report.rules.first?.recordedSamples == 30)
    }

    @Test("answers queries that speak of their own time, or look ahead, as it would have been then")
    func ownTime() throws {
        let past = try source("x 0x9 1x20")
        for query in ["x", "last_over_time(x[1m] @ end())", "max_over_time(x[1m] @ start())", "x offset -1m"] {
            let report = try run(try threshold(query, "> 0"), over: past, to: 30)
            #expect(states(report, "t") == [["ok@0", "active@10"]], "\(query)")
        }
        // Before that moment has come the newest sample is the last one.
        let fixed = try run(try threshold("x @ 1200", "> 0"), over: past, to: 30)
        #expect(states(fixed, "t") == [["no_data@0", "gone@16"], ["active@16"]])
    }

    // MARK: What goes wrong

    @Test("judges what could be answered where a query fails, and tells how often it did")
    func failures() throws {
        // From minute 10 to 19 there are two on the one side.
        let past = try source("x 5x39", "y{i=\"1\"} 1x39", "y{i=\"2\"} _x10 1x9 stale")
        var configuration = try threshold("x + on () y", "> 1", missing: .hold)
        configuration.ruleFiles = try rules(
            "groups:\n- name: g\n  rules:\n  - {alert: A, expr: x + on () y}\n  - {record: r, expr: '\"text\"'}\n"
        ).ruleFiles
        let report = try run(configuration, over: past, to: 39)
        #expect(states(report, "t") == [["active@0", "no_data@10", "active@20"]])
        #expect(states(report, "A") == [["firing@0"]])
        let counts = Dictionary(grouping: report.rules, by: \.name).mapValues { $0.map(\.failures) }
        #expect(counts["t"] == [10] && counts["A"] == [10])
        #expect(report.rules.first { $0.name == "r" }?.failures == report.rules.first { $0.name == "r" }?.evaluations)
        let problem = try #require(report.problems.first { $0.rule == "t" })
        #expect(problem.count == 10 && problem.first / Self.minute == 10)
        #expect(problem.reason.contains("many-to-many"))
    }

    @Test("lets a missing policy say what a failure means")
    func missingPolicies() throws {
        let past = try source("x 5x39", "y{i=\"1\"} 1x39", "y{i=\"2\"} _x10 1x9 stale")
        let cases: [(ThresholdRule.MissingPolicy, [String])] = [
            (.ok, ["active@0", "ok@10", "active@20"]), (.breached, ["active@0"]),
            (.lastValue, ["active@0", "no_data@15", "active@20"]),
        ]
        for (policy, expected) in cases {
            let report = try run(try threshold("x + on () y", "> 1", missing: policy), over: past, to: 39)
            #expect(states(report, "t") == [expected], "\(policy)")
        }
    }

    // MARK: Series that go

    @Test("says when a series of a threshold is not judged any more")
    func gone() throws {
        let past = try source("x{i=\"1\"} _x5 1x20", "x{i=\"2\"} _x5 1x100")
        let report = try run(try threshold("x", "> 0"), over: past, to: 105)
        #expect(
            states(report, "t") == [
                ["no_data@0", "gone@5"], ["active@5", "no_data@35", "gone@90"], ["active@5"],
            ])
    }

    // MARK: Actions

    @Test("has actions run as a threshold wants, and none that is silenced")
    func actions() throws {
        var configuration = try threshold("x", "> 0", holdFor: 120_000) { level in
            level.backoff = 600_000
            level.onEnter = ["page"]
            level.onRepeat = ["page"]
            level.onResolve = ["chat"]
        }
        configuration.silences = [
            try Silence(
                id: "s", matchers: [LabelMatcher("alertname", .equal, "t")], from: 15 * Self.minute,
                to: 24 * Self.minute, author: "", comment: "", createdAt: 0, updatedAt: 0, origin: .configuration)
        ]
        let report = try run(configuration, over: source("x 0x4 1x25 0x5"), to: 35)
        let found = report.actions.map {
            "\($0.time / Self.minute) \($0.action) \($0.cause)\($0.silencedBy.map { " but for \($0)" } ?? "")"
        }
        #expect(found == ["7 page enter", "17 page repeat but for silence s", "24 page repeat", "31 chat resolve"])
        let counts: [BacktestReport.ActionCount] = [
            .init(action: "chat", causes: ["resolve": 1]),
            .init(action: "page", causes: ["enter": 1, "repeat": 1], silenced: 1),
        ]
        #expect(report.actionCounts == counts)
    }

    @Test("tells of alerts by routes, with the values of that time")
    func routes() throws {
        var configuration = try rules(
            "groups:\n- name: g\n  rules:\n  - {alert: A, expr: x > 0, labels: {severity: page}}\n")
        var timing = GroupTiming()
        timing.wait = 150_000
        timing.interval = 300_000
        timing.repetition = 600_000
        configuration.routes = [
            NotificationRoute(name: "all", matchers: MatcherSet(), actions: ["chat"], timing: timing)
        ]
        let report = try run(configuration, over: source("x 0x4 1+1x30 0x10"), to: 45)
        let seconds = report.actions.map { ($0.time - (report.rules[0].series[0].changes[0].time)) / 1000 }
        #expect(seconds == [150, 750, 1350, 1950])
        #expect(report.actions.map(\.cause) == ["notify", "notify", "notify", "resolve"])
        #expect(report.actions.map(\.reason) == ["first", "repeat", "repeat", "all_resolved"])
        #expect(report.actions.prefix(3).map(\.value) == [3, 13, 23])
        #expect(report.actions.first?.alerts.map(\.labels) == [["alertname": "A", "severity": "page"]])
    }

    // MARK: Counting

    @Test("counts how often and how long, levels within one another and through times without data")
    func counts() {
        var rule = BacktestReport.Rule(kind: .threshold, name: "t", group: "", labels: .none, interval: 1)
        rule.levels = ["soft", "hard"]
        let changes: [(Int64, String)] = [
            (0, "ok"), (10, "pending"), (20, "soft"), (30, "hard"), (40, "soft"), (50, "no_data"), (60, "soft"),
            (70, "ok"), (80, "hard"), (90, "gone"),
        ]
        rule.series = [
            .init(labels: .none, changes: changes.map { .init(time: $0.0, state: $0.1, value: nil) }),
            .init(labels: ["i": "1"], changes: [.init(time: 95, state: "soft", value: 1)]),
        ]
        let report = BacktestReport(from: 0, to: 100, rules: [rule], actions: [])
        #expect(
            report.counts(of: rule) == [
                .init(state: "soft", series: 2, times: 3, total: 65, longest: 50),
                .init(state: "hard", series: 1, times: 2, total: 20, longest: 10),
                .init(state: "pending", series: 1, times: 1, total: 10, longest: 10),
                .init(state: "no_data", series: 1, times: 1, total: 10, longest: 10),
            ])
        #expect(
            rule.series[0].durations(until: 100).map(\.state) == ["ok", "pending", "soft", "hard", "no_data", "gone"])
        #expect(rule.series[0].durations(until: 100).map(\.milliseconds) == [20, 10, 30, 20, 10, 10])
        rule.series = []
        #expect(report.counts(of: rule).map(\.times) == [0, 0])
    }

    @Test("comes to the same whatever fits into memory, and tells how far it is")
    func progress() throws {
        let past = try source("x 0x20 1x20 0x20 1x539")
        let whole = try run(try threshold("x", "> 0", holdFor: 120_000), over: past, to: 599)
        var steps: [Double] = []
        let backtest = try Backtest(try threshold("x", "> 0", holdFor: 120_000), over: past, mostValues: 1)
        let parts = backtest.run(from: 0, to: 599 * Self.minute) { steps.append($0) }
        #expect(states(parts, "t") == states(whole, "t"))
        #expect(parts.evaluations == whole.evaluations)
        #expect(steps.count > 2 && steps == steps.sorted() && steps.last == 1)
    }
}
