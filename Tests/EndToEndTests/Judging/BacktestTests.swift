import Foundation
import Testing

/// Rules and thresholds over a past that is known, and over one that was lived through.
@Suite(.enabled(if: Surroundings.hasBinary, Comment(rawValue: Surroundings.noBinary)), .serialized)
struct BacktestTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// The first second of the past.
    private static let start = 1_700_000_000

    /// A sample every 15 seconds of what a series has at each of them.
    private func samples(_ series: String, from start: Int = start, every step: Int = 15, _ values: [Double?]) -> String
    {
        values.enumerated().compactMap { place, value in value.map { "\(series) \($0) \(start + place * step)\n" } }
            .joined()
    }

    private func importPast(_ text: String, to data: String = "vedette.db") throws {
        let done = try vedette("import", "-", "--data", data, in: workplace, input: text + "# EOF\n")
        try #require(done.ending == .exit(0), "\(done.errors)")
    }

    /// Half an hour: a queue that is too long from the tenth minute to the twentieth.
    private func importQueue() throws {
        let values = (0...120).map { (40..<80).contains($0) ? 150.0 : 5 }
        try importPast(
            samples("queue_length{queue=\"mail\"}", values)
                + samples("queue_length{queue=\"jobs\"}", values.map { _ in 3 })
                + samples("doubled{queue=\"mail\"}", values.map { _ in 7 }))
    }

    private static let configuration = """
        global: {evaluation_interval: 15s}
        rule_files: [rules.yml]
        actions:
          - {name: page, log: {}}
          - {name: chat, log: {}}
        thresholds:
          - name: too_long
            expr: queue_length
            threshold: "> 100"
            for: 1m
            backoff: 5m
            actions: {enter: [page], repeat: [page], resolve: [chat]}
        routes:
          - {match: ['severity="ticket"'], actions: [chat], group_by: [alertname], group_wait: 30s, group_interval: 1m}
        """

    private static let rules = """
        groups:
          - name: queues
            rules:
              - {record: doubled, expr: 2 * queue_length}
              - {alert: Twice, expr: doubled > 200, for: 2m, keep_firing_for: 1m, labels: {severity: ticket}}
              - {alert: Never, expr: doubled > 10000}
        """

    private func writeConfiguration() throws {
        try workplace.write(Self.configuration, to: "vedette.yaml")
        try workplace.write(Self.rules, to: "rules.yml")
    }

    // MARK: A past that is known

    @Test func theTableTellsWhatWouldHaveBeen() throws {
        try importQueue()
        try writeConfiguration()
        let done = try vedette("backtest", "vedette.yaml", in: workplace)
        #expect(done.ending == .exit(0) && done.errors.isEmpty, "\(done.errors)")
        let lines = done.output.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
        #expect(lines.first == "from 2023-11-14T22:13:20Z to 2023-11-14T22:43:20Z (30m)")
        #expect(lines.dropFirst().first == "3 rules and 1 threshold, 480 evaluations")
        /// The fields of the line that begins so.
        func fields(_ start: String) -> [String] {
            lines.first { $0.hasPrefix(start) }?.split(separator: " ").map(String.init) ?? []
        }
        #expect(fields("record doubled") == ["record", "doubled", "recorded", "2", "240", "samples"])
        #expect(fields("alert Twice").prefix(5) == ["alert", "Twice", "firing", "1", "1"])
        #expect(fields("alert Never") == ["alert", "Never", "firing", "0", "0", "0s"])
        #expect(fields("threshold too_long").prefix(5) == ["threshold", "too_long", "active", "1", "1"])
        #expect(fields("page ") == ["page", "2", "1", "1", "0", "0", "0"])
        #expect(fields("chat ") == ["chat", "3", "0", "0", "2", "1", "0"])
        #expect(done.output.contains("too_long {queue=\"mail\"}  pending → active"), "\(done.output)")
    }

    @Test func jsonHasAllOfIt() throws {
        try importQueue()
        try writeConfiguration()
        let answer = try BacktestAnswer("vedette.yaml", in: workplace)
        #expect(answer.rules.map(\.rule) == ["doubled", "Twice", "Never", "too_long"])
        #expect(answer.rules.map(\.evaluations) == [120, 120, 120, 120])
        #expect(answer.rules[0].samples == 240)
        let twice = try #require(answer.series("Twice").first)
        #expect(twice.labels == ["alertname": "Twice", "queue": "mail", "severity": "ticket"])
        #expect(twice.timeline.map(\.state) == ["pending", "firing", "inactive"])
        // From the tenth minute on, two minutes later, and a minute after the twentieth; to an evaluation.
        for (change, second) in zip(twice.timeline, [600, 720, 1260]) {
            #expect(abs(change.ts - Int64(Self.start + second) * 1000) <= 15_000, "\(change)")
        }
        #expect(answer.rules[1].states?["firing"]?.times == 1)
        #expect(answer.rules[1].states?["firing"]?.seconds == twice.seconds["firing"])
        #expect(answer.actions.map(\.cause) == ["enter", "notify", "repeat", "resolve", "resolve"])
        #expect(answer.actions.map(\.action) == ["page", "chat", "page", "chat", "chat"])
        #expect(answer.actions[1].reason == "first" && answer.actions[1].alerts.map(\.labels) == [twice.labels])
        #expect(answer.action_counts["page"] == ["run": 2, "enter": 1, "repeat": 1, "silenced": 0])
        #expect(answer.problems.isEmpty)
    }

    @Test func aRuleFileByItselfIsTriedToo() throws {
        try importQueue()
        try workplace.write(
            Self.rules.replacingOccurrences(of: "name: queues", with: "name: queues\n    interval: 15s"),
            to: "rules.yml")
        let whole = try BacktestAnswer("rules.yml", in: workplace)
        #expect(whole.series("Twice").map { $0.timeline.map(\.state) } == [["pending", "firing", "inactive"]])
        // Only a part of it.
        let part = try BacktestAnswer("rules.yml", "--from", "-25m", "--to", "-20m", in: workplace)
        #expect(part.to_ts - part.from_ts == 300_000 && part.evaluations == 60)
        #expect(part.series("Twice").isEmpty)
        // A changed rule, seen by the alert behind it; what was stored of it is 14 all the time.
        try workplace.write(
            """
            groups:
              - name: queues
                interval: 15s
                rules:
                  - {record: doubled, expr: 3 * queue_length}
                  - {alert: Old, expr: doubled == 7}
                  - {alert: New, expr: doubled == 450}
            """, to: "changed.yml")
        let changed = try BacktestAnswer("changed.yml", in: workplace)
        #expect(changed.series("Old").isEmpty)
        #expect(changed.series("New").map { $0.timeline.map(\.state) } == [["firing", "inactive"]])
    }

    @Test func whatCannotBeEvaluatedIsToldAndTheRestIsThere() throws {
        try importQueue()
        try workplace.write(
            """
            groups:
              - name: g
                rules:
                  - {alert: Broken, expr: queue_length * on () queue_length}
                  - {alert: Sound, expr: queue_length > 100}
            """, to: "rules.yml")
        let done = try vedette("backtest", "rules.yml", in: workplace)
        #expect(done.ending == .exit(1))
        #expect(done.errors.split(separator: "\n").count == 1, "\(done.errors)")
        #expect(done.errors.hasPrefix("vedette: Broken: cannot evaluate: "), "\(done.errors)")
        #expect(done.errors.contains("30 times, the first at 2023-11-14T22:"), "\(done.errors)")
        #expect(done.output.contains("alert Sound"))
    }

    // MARK: Bad input

    @Test func badInputIsOneClearLine() throws {
        try importQueue()
        try writeConfiguration()
        try workplace.write("thresholds: [", to: "no-yaml.yaml")
        try workplace.write("thresholds:\n  - {name: a, expr: up}\n", to: "incomplete.yaml")
        try workplace.write("groups:\n  - {name: g, rules: [{alert: A, expr: 'sum('}]}\n", to: "broken.yml")
        try FileManager.default.createDirectory(atPath: workplace.file("folder"), withIntermediateDirectories: true)
        try workplace.write("no database", to: "text.db")
        #expect(try run("/usr/bin/sqlite3", ["other.db", "create table t (x)"], in: workplace).ending == .exit(0))
        let cases: [(arguments: [String], message: String)] = [
            (["nowhere.yaml"], "cannot read nowhere.yaml: No such file or directory"),
            (["folder"], "cannot read folder: "),
            (["no-yaml.yaml"], "no-yaml.yaml:"),
            (["incomplete.yaml"], "incomplete.yaml:2:"),
            (["broken.yml"], "broken.yml:2:"),
            (["vedette.yaml", "--from", "yesterday"], "cannot read time \"yesterday\": expected Unix seconds"),
            (["vedette.yaml", "--to", "1h"], "cannot read time \"1h\": expected Unix seconds"),
            (
                ["vedette.yaml", "--from", "-1m", "--to", "-2m"],
                "cannot look back over a range whose end is before its start"
            ),
            (
                ["vedette.yaml", "--from", "2020-01-01T00:00:00Z", "--to", "2020-02-01T00:00:00Z"],
                "cannot look back: the samples in vedette.db are of 2023-11-14T22:13:20Z to 2023-11-14T22:43:20Z"
            ),
            (["vedette.yaml", "--data", "nowhere.db"], "cannot read nowhere.db: "),
            (["vedette.yaml", "--data", "folder"], "cannot read folder: "),
            (["vedette.yaml", "--data", "text.db"], "cannot read text.db: "),
            (["vedette.yaml", "--data", "other.db"], "cannot read other.db: "),
        ]
        for (arguments, message) in cases {
            let done = try run(Surroundings.binary, ["backtest"] + arguments, in: workplace)
            #expect(done.ending == .exit(1), "\(arguments)")
            #expect(done.output.isEmpty, "\(done.output)")
            let lines = done.errors.split(separator: "\n")
            #expect(done.errors.contains(message) && lines.count == 1, "\(arguments): \(done.errors)")
        }
        let early = try vedette("backtest", "vedette.yaml", "--from", "2020-01-01T00:00:00Z", in: workplace)
        #expect(early.ending == .exit(0))
        #expect(early.errors == "vedette: the oldest samples are of 2023-11-14T22:13:20Z: begun there\n")
    }

    @Test func aFileWithoutSamplesIsSaidToHaveNone() throws {
        try writeConfiguration()
        try importPast("")
        let done = try vedette("backtest", "vedette.yaml", in: workplace)
        #expect(done.ending == .exit(1))
        #expect(done.errors == "vedette: cannot look back: there are no samples in vedette.db\n")
    }
}
