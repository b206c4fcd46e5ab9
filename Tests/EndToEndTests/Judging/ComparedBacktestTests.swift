import Foundation
import Testing

/// A backtest against those who judge in other ways: a real run, and tests of rules, ours and promtool's.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)), .serialized)
struct ComparedBacktestTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    // MARK: A real run

    private static let rules = """
        groups:
          - name: queues
            interval: 500ms
            rules:
              - {record: doubled, expr: 2 * queue_length}
              - {alert: Long, expr: doubled > 100, for: 2s, keep_firing_for: 1500ms}
              - {alert: There, expr: doubled > 10}
        """

    private func configuration(_ exporter: Exporter) -> String {
        scraping([("test", exporter)], every: "500ms")
            + """
            rule_files: [rules.yml]
            self_monitoring: {host: false, vedette: false}
            actions: [{name: note, log: {}}, {name: shout, log: {}}]
            thresholds:
              - name: queue
                expr: queue_length
                threshold: "> 50"
                for: 2s
                backoff: 2s
                interval: 500ms
                actions: {enter: [note], repeat: [note], resolve: [note]}
            routes:
              - {match: ['alertname="Long"'], actions: [shout], group_by: [alertname], group_wait: 0s, group_interval: 2s}
            """
    }

    /// What a real run recorded and did, and what a backtest makes of the same time, are the same but for an evaluation or two: live a
    /// sample may come just after one.
    @Test(.timeLimit(.minutes(2))) func aRealRunIsFoundAgain() throws {
        let exporter = try Exporter(text: "queue_length 0\n")
        defer { exporter.stop() }
        try workplace.write(Self.rules, to: "rules.yml")
        let appliance = try Appliance(in: workplace, configuration: configuration(exporter))
        let evaluated = "select evaluated from rule_groups where name like '%queues'"
        try eventually("it has judged for some time") {
            try appliance.rows("select 1 from samples where metric = 'doubled' limit 5").count == 5
        }
        for (value, seconds) in [(60, 5.0), (5, 4), (60, 1), (0, 3), (80, 5), (0, 7)] {
            exporter.change { _ in Reply("queue_length \(value)\n") }
            Thread.sleep(forTimeInterval: seconds)
        }
        // Beside the running appliance, which is not disturbed.
        let before = try appliance.rows("select count(*), sum(action_id) from actions")
        let beside = try BacktestAnswer("vedette.yaml", in: workplace)
        #expect(try appliance.rows("select count(*), sum(action_id) from actions") == before)
        let last = try #require(try appliance.rows(evaluated).first?.first.flatMap { Int64($0) })
        #expect(beside.to_ts > last - 10_000)
        #expect(try appliance.stop() == .exit(0), "\(appliance.log)")

        let answer = try BacktestAnswer("vedette.yaml", in: workplace)
        #expect(answer.problems.isEmpty)
        for (rule, spells) in [("Long", 2), ("There", 3)] {
            let series = try #require(answer.series(rule).first)
            let lived = try firing(rule, in: appliance.data)
            let found = series.spells("firing")
            #expect(lived.count == spells && found.count == spells, "\(rule): \(lived), \(found)")
            for (real, past) in zip(lived, found) {
                #expect(abs(real.from - past.from) <= 1000, "\(rule): \(real), \(past)")
                #expect(abs(real.to - (past.to ?? answer.to_ts)) <= 1000, "\(rule): \(real), \(past)")
            }
        }
        let lived = try query(appliance.data, "select action, cause, decided from actions order by action, decided")
        let found = answer.actions.sorted { ($0.action, $0.ts) < ($1.action, $1.ts) }
        #expect(lived.map { "\($0[0]) \($0[1])" } == found.map { "\($0.action) \($0.cause)" })
        for (real, past) in zip(lived, found) {
            let time = try #require(Int64(real[2]))
            // Groups of alerts are looked at every two seconds.
            #expect(abs(time - past.ts) <= 3500, "\(real), \(past)")
        }
    }

    /// The times in which an alert fired, by what is stored of it: a sample for each evaluation, and none in between.
    private func firing(_ alert: String, in data: String) throws -> [(from: Int64, to: Int64)] {
        let rows = try query(
            data,
            """
            select ts from samples where metric = 'ALERTS' and labels->>'alertname' = '\(alert)'
                and labels->>'alertstate' = 'firing' order by ts
            """)
        var spells: [(from: Int64, to: Int64)] = []
        for ts in rows.compactMap({ Int64($0[0]) }) {
            if let last = spells.last, ts - last.to <= 1000 {
                spells[spells.count - 1].to = ts + 500
            } else {
                spells.append((ts, ts + 500))
            }
        }
        return spells
    }

    // MARK: Tests of rules

    /// From one sample and one evaluation to the next, in seconds. No range and no look-back ends with a sample, for which Debian's
    /// promtool (2.42) has other rules than Prometheus 3.
    private static let step = 47

    /// When a group is judged depends on its name: here at multiples of the step, as in tests of rules.
    private func fileNameForWholeSteps() -> String {
        let names = (0..<10_000).lazy.map { "rules\($0).yml" }
        return names.first { name in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for byte in "\(name);g".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash % UInt64(Self.step) == 0
        } ?? ""
    }

    /// A test of rules that says at each step that exactly those alerts fire that the backtest says fire.
    private func test(of file: String, _ answer: BacktestAnswer, _ alerts: [String], _ past: [String: [Int?]]) -> String
    {
        var text =
            "rule_files: [\(file)]\nevaluation_interval: \(Self.step)s\ntests:\n- interval: \(Self.step)s\n  input_series:\n"
        for (series, values) in past.sorted(by: { $0.key < $1.key }) {
            let points = values.map { $0.map(String.init) ?? "_" }.joined(separator: " ")
            text += "  - {series: '\(series)', values: '\(points)'}\n"
        }
        text += "  alert_rule_test:\n"
        for place in 0..<(past.values.map(\.count).max() ?? 0) {
            for alert in alerts {
                let firing = answer.series(alert).filter { $0.state(at: Int64(place * Self.step) * 1000) == "firing" }
                text += "  - {eval_time: \(place * Self.step)s, alertname: \(alert), exp_alerts: ["
                text += firing.map { series in
                    let labels = series.labels.filter { $0.key != "alertname" }.sorted { $0.key < $1.key }
                    return "{exp_labels: {\(labels.map { "\($0.key): '\($0.value)'" }.joined(separator: ", "))}}"
                }.joined(separator: ", ")
                text += "]}\n"
            }
        }
        return text
    }

    @Test(.enabled(if: Surroundings.hasPeers, Comment(rawValue: Surroundings.noPeers)), arguments: 1...6)
    func testsOfRulesSayTheSame(seed: UInt64) throws {
        var random = RandomSource(seed: seed)
        var past: [String: [Int?]] = [:]
        for number in 0..<4 {
            var value = Int.random(in: 0...20, using: &random)
            var isThere = true
            past["x{i=\"\(number)\"}"] = (0..<120).map { place in
                value = min(20, max(0, value + Int.random(in: -4...4, using: &random)))
                if random.happens(0.05) { isThere.toggle() }
                // The last one is there in all, so that the past ends for all at once.
                return isThere || place == 119 ? value : nil
            }
        }
        let file = fileNameForWholeSteps()
        try workplace.write(
            """
            groups:
            - name: g
              interval: \(Self.step)s
              rules:
              - {record: r, expr: x > 5}
              - {record: 'r:max', expr: 'max(max_over_time(r[3m]))'}
              - {alert: Short, expr: x > 12}
              - {alert: Long, expr: x > 8, for: \(random.one(of: ["2m", "5m"])), labels: {severity: page}}
              - {alert: Kept, expr: r > 10, for: 1m, keep_firing_for: \(random.one(of: ["2m", "5m"]))}
              - {alert: Most, expr: 'r:max > 17', for: 1m}
              - {alert: None, expr: absent(r), for: 1m}
              - {alert: Many, expr: 'count(ALERTS{alertname="Kept",alertstate="firing"}) > 1'}
            """, to: file)
        var text = ""
        for (series, values) in past {
            for (place, value) in values.enumerated() {
                if let value { text += "\(series) \(value) \(place * Self.step)\n" }
            }
        }
        let imported = try vedette("import", "-", "--data", "vedette.db", in: workplace, input: text + "# EOF\n")
        try #require(imported.ending == .exit(0), "\(imported.errors)")
        let answer = try BacktestAnswer(file, "--from", "0", in: workplace)
        let alerts = ["Short", "Long", "Kept", "Most", "None", "Many"]
        #expect(alerts.filter { !answer.series($0).isEmpty }.count >= 4, "something happens")
        #expect(answer.series("Long").allSatisfy { $0.timeline.allSatisfy { $0.ts % Int64(Self.step * 1000) == 0 } })
        let test = test(of: file, answer, alerts, past)
        try workplace.write(test, to: "test.yml")
        for program in [Surroundings.binary, Surroundings.peers + "/promtool"] {
            let done = try run(program, ["test", "rules", "test.yml"], in: workplace)
            #expect(done.ending == .exit(0), "\(program): \(done.output)\(done.errors)")
        }
    }
}
