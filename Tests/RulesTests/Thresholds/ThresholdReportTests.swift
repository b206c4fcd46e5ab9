import Model
import PromQL
import Testing

@testable import Rules

/// Thresholds as alerting rules, and as figures.
@Suite("Thresholds as they are shown")
struct ThresholdReportTests {
    private let begin: Int64 = 1_700_000_000_000

    private func group() throws -> ThresholdGroup {
        var two = Threshold(
            name: "queue", query: try ParsedQuery("a + b"),
            rule: ThresholdRule([
                .init("soft", Comparison(.greater, 10)),
                .init("hard", Comparison(.greaterOrEqual, 20), holdFor: 60_000),
            ]))
        two.labels = [Label("team", "web")]
        two.annotations = [
            try TemplatedText(name: "summary", text: "{{ $labels.q }} is at {{ $value }}", alert: "queue")
        ]
        let one = Threshold(
            name: "up", query: try ParsedQuery("up"), rule: ThresholdRule([.init("active", Comparison(.less, 1))]))
        return ThresholdGroup(id: 1, name: "thresholds/15s", interval: 1000, thresholds: [two, one])
    }

    private func evaluate(_ group: ThresholdGroup, _ results: [ThresholdResult], at second: Int64) {
        var round = JudgingRound(
            turn: .alone, muting: { _ in nil }, end: { _ in nil }, numbers: ActionNumbers(after: 0, appliance: "x"),
            externalURL: "http://v")
        let now = begin + second * 1000
        group.evaluate(
            results, at: now, clocks: ClockReading(wall: now, steady: second * 1000, boot: "b"), in: &round)
    }

    private func vector(_ values: (String, Double)...) -> ThresholdResult {
        .vector(values.map { VectorElement(labels: ["q": $0.0], value: $0.1) })
    }

    @Test("are rules, one a level, with alerts that are active or about to be")
    func rules() throws {
        let group = try group()
        evaluate(group, [vector(("a", 5), ("b", 15), ("c", 25)), .failure("it is gone")], at: 0)
        let report = group.report(interval: 15_000, evaluationNanoseconds: 7, externalURL: "http://v")
        #expect(report.name == "thresholds/15s")
        #expect(report.interval == 15_000)
        #expect(report.evaluated == begin)
        #expect(report.evaluationNanoseconds == 7)
        #expect(report.levels.map(\.query) == ["(a + b) > 10", "(a + b) >= 20", "up < 1"])
        #expect(report.levels.map(\.holdFor) == [0, 60_000, 0])
        #expect(report.levels.map(\.trouble) == ["", "", "it is gone"])
        #expect(report.levels[0].labels == [Label("team", "web"), Label("level", "soft")])
        #expect(report.levels[2].labels.isEmpty)
        #expect(report.levels[0].annotations == [Label("summary", "{{ $labels.q }} is at {{ $value }}")])
        #expect(
            report.levels[0].alerts.map(\.alert.annotations) == [["summary": "b is at 15"], ["summary": "c is at 25"]])
        func shown(_ level: Int) -> [String] {
            report.levels[level].alerts.map {
                "\($0.alert.labels["q"] ?? "") \($0.isActive) \($0.alert.value ?? -1)"
            }
        }
        #expect(shown(0) == ["b true 15.0", "c true 25.0"])
        #expect(shown(1) == ["c false 25.0"])
        #expect(shown(2) == [])
        #expect(
            report.levels[0].alerts[0].alert.labels == ["alertname": "queue", "level": "soft", "q": "b", "team": "web"])
        evaluate(group, [vector(("a", 5), ("b", 15), ("c", 25)), vector()], at: 60)
        let later = group.report(interval: 15_000, evaluationNanoseconds: 7, externalURL: "http://v").levels[1].alerts
        #expect(later.map(\.isActive) == [true])
        // Since the value has been there, as with alerting rules.
        #expect(later.map(\.alert.startsAt) == [begin])
    }

    @Test("are counted by their states")
    func counts() throws {
        let group = try group()
        evaluate(group, [vector(("a", 5), ("b", 15), ("c", 25)), vector()], at: 0)
        evaluate(group, [vector(("a", 5), ("b", 15), ("c", 25)), vector()], at: 60)
        let counts = group.counts()
        #expect(counts.map(\.threshold) == ["queue", "up"])
        #expect(
            counts[0].states.map { "\($0.name) \($0.count)" } == ["ok 1", "pending 0", "soft 1", "hard 1", "no_data 0"])
        #expect(counts[1].states.map { "\($0.name) \($0.count)" } == ["ok 0", "pending 0", "active 0", "no_data 1"])
        #expect(
            counts.together.map { "\($0.values[0]) \($0.value)" }
                == ["ok 1.0", "pending 0.0", "active 0.0", "soft 1.0", "hard 1.0", "no_data 1.0"])
        #expect(counts.oneByOne.count == 9)
        #expect(counts.oneByOne[2].values == ["queue", "soft"])
    }

    @Test("are shown one by one up to a limit, and are all in the sums")
    func limit() {
        let counts = (0..<500).map { ThresholdCounts(threshold: "t\($0)", states: [("ok", 1), ("active", 2)]) }
        #expect(counts.oneByOne.count == 400)
        #expect(counts.together.first?.value == 500)
    }
}
