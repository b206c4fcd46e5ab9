import Model
import Testing

@testable import Rules
@testable import Vedette

@Suite("A backtest as text")
struct BacktestTextTests {
    /// A series whose states begin after so many seconds.
    private func series(_ labels: Labels, _ changes: [(Int64, String)]) -> BacktestReport.Timeline {
        .init(labels: labels, changes: changes.map { .init(time: $0.0 * 1000, state: $0.1, value: 1.0 / 3) })
    }

    private func rule(
        _ kind: BacktestReport.Rule.Kind, _ name: String, _ levels: [String], _ series: [BacktestReport.Timeline]
    ) -> BacktestReport.Rule {
        var rule = BacktestReport.Rule(kind: kind, name: name, group: "g", labels: .none, interval: 15_000)
        rule.levels = levels
        rule.series = series
        rule.evaluations = 240
        return rule
    }

    private func lines(_ rules: [BacktestReport.Rule], _ actions: [BacktestReport.Act] = []) -> [String] {
        let report = BacktestReport(from: 0, to: 3_600_000, rules: rules, actions: actions)
        return BacktestText(report, width: 80).text.split(separator: "\n").map(String.init)
    }

    @Test("has the gravest state of each part of the time in a strip")
    func strips() {
        let report = BacktestReport(
            from: 0, to: 3_600_000,
            rules: [
                rule(
                    .threshold, "t", ["soft", "hard"],
                    [
                        series(["i": "1"], [(0, "ok"), (1000, "hard"), (1001, "ok"), (3599, "soft")]),
                        series(["i": "2"], [(1800, "no_data"), (2700, "gone")]), series(["i": "3"], [(0, "ok")]),
                    ])
            ], actions: [])
        let lines = StateStrips(report, width: 32).text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "           01-01 00:00 01-01 01:00")
        #expect(
            lines.dropFirst().prefix(3) == [
                "t", "  {i=\"1\"}  ·····█··············▓", "  {i=\"2\"}            ??????     ",
            ])
        #expect(lines.last == "1 more series never changed: 1 ok")
    }

    @Test("fits into a terminal, whatever names and labels there are")
    func widths() {
        let labels: Labels = ["instance": String(repeating: "long", count: 20), "job": "ü\nx"]
        let name = String(repeating: "Name", count: 20)
        var many: [(Int64, String)] = []
        for number in 0..<300 { many.append((Int64(number) * 10, number % 2 == 0 ? "firing" : "inactive")) }
        let act = BacktestReport.Act(
            time: 5000, action: name, rule: name, cause: "notify", reason: "first", state: "firing", labels: labels,
            value: 1.0 / 3, alerts: [], silencedBy: nil)
        let lines = lines(
            [
                rule(.alert, name, ["firing"], [series(labels, many), series(["job": "y"], many)]),
                rule(.record, name + name, [], []),
            ], [act])
        #expect(lines.filter { $0.count > 80 } == [])
        #expect(lines.contains("… and 500 more changes: --json has all of them"))
    }

    @Test("leaves out what was pending for nothing, when there is very much of it")
    func idle() {
        func flapping(_ count: Int64) -> [(Int64, String)] {
            var changes: [(Int64, String)] = []
            for number in 0..<count { changes += [(number * 10, "pending"), (number * 10 + 5, "inactive")] }
            return changes + [(3000, "pending"), (3005, "firing")]
        }
        let few = lines([rule(.alert, "A", ["firing"], [series(["alertname": "A"], flapping(10))])])
        #expect(few.count { $0.contains("pending → inactive") } == 10)
        let much = lines([rule(.alert, "A", ["firing"], [series(["alertname": "A"], flapping(100))])])
        #expect(!much.contains { $0.contains("pending → inactive") })
        #expect(much.contains { $0.contains("A       inactive → pending  0.333333") })
        #expect(much.contains { $0.contains("A       pending → firing    0.333333") })
        #expect(much.contains("(without what was pending and came to nothing)"))
        #expect(much.contains { $0.hasPrefix("         pending") && $0.contains("101") })
    }

    @Test("says so when nothing happened, or there is nothing")
    func nothing() {
        let quiet = lines([rule(.alert, "A", ["firing"], [])])
        #expect(quiet.contains("nothing changed its state"))
        #expect(quiet.contains { $0.split(separator: " ") == ["alert", "A", "firing", "0", "0", "0s"] })
        #expect(quiet.last == "no action would have been run")
        #expect(lines([]).last == "there is no rule and no threshold in it")
    }

    @Test("has numbers, times and durations as people read them")
    func numbers() {
        let numbers: [(Double, String)] = [
            (1.0 / 3, "0.333333"), (2, "2"), (123_456.789, "123457"), (1e9 + 0.5, "1000000001"), (0, "0"),
            (-0.000123456789, "-0.000123457"),
            (1e-300, "1e-300"), (.infinity, "+Inf"), (.leastNonzeroMagnitude, "5e-324"),
        ]
        for (number, text) in numbers { #expect(readable(rounded(number)) == text) }
        #expect(rounded(.nan).isNaN)
        let durations: [(Int64, String)] = [
            (0, "0s"), (999, "999ms"), (15_500, "15s"), (61_000, "1m1s"), (3_661_000, "1h1m"), (90_061_000, "1d1h"),
            (8 * 86_400_000, "8d"),
        ]
        for (duration, text) in durations { #expect(roughDuration(duration) == text) }
        #expect(shortTime(1500) == "1970-01-01T00:00:01.500Z" && shortTime(1000) == "1970-01-01T00:00:01Z")
        #expect(
            shortened("abcdefghij", to: 7) == "abc…hij" && shortened("abc", to: 3) == "abc"
                && shortened("a\nb", to: 9) == "a\\nb")
    }
}
