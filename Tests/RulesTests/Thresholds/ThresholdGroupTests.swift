import Model
import PromQL
import Store
import Testing

@testable import Rules

@Suite("A group of thresholds")
struct ThresholdGroupTests {
    private let numbers = ActionNumbers(after: 0, appliance: "test")

    /// Evaluates with one answer, and returns what is to be said.
    private func step(_ group: ThresholdGroup, _ result: ThresholdResult, at second: Int64) -> [String] {
        let now = 1_000_000 + second * 1000
        var round = JudgingRound(
            turn: .alone, muting: { _ in nil }, end: { _ in nil }, numbers: numbers, externalURL: "")
        group.evaluate([result], at: now, clocks: ClockReading(wall: now, steady: now, boot: "b"), in: &round)
        return round.problems.map { "! \($0)" } + round.notes
    }

    @Test("says that a source does not answer when that changes, and no more often")
    func trouble() throws {
        let threshold = Threshold(
            name: "t", query: try ParsedQuery("m"), scope: .first,
            rule: ThresholdRule([.init("active", Comparison(.greater, 1))]))
        let group = ThresholdGroup(id: 1, name: "g", interval: 1000, thresholds: [threshold])
        let value = ThresholdResult.vector([VectorElement(labels: .none, value: 5)])
        #expect(step(group, value, at: 0) == [])
        #expect(step(group, .failure("refused"), at: 1) == ["! cannot judge t: refused"])
        #expect(step(group, .failure("refused"), at: 2) == [])
        #expect(group.states().map(\.trouble) == ["refused"])
        // Reasons that take turns do not fill the log.
        #expect(step(group, .failure("timed out"), at: 3) == [])
        #expect(step(group, .failure("timed out"), at: 61) == ["! cannot judge t: timed out"])
        #expect(step(group, .vector([]), at: 62) == ["t is judged again"])
        #expect(step(group, value, at: 63) == [])
        #expect(group.states().map(\.trouble) == [""])
        #expect(step(group, .failure("refused"), at: 64) == ["! cannot judge t: refused"])
    }

    @Test("begins with what is known of a source that has never answered")
    func neverAnswered() throws {
        var rule = ThresholdRule([.init("active", Comparison(.less, 1))], missing: .zero)
        rule.holdsWhenUnanswered = true
        let threshold = Threshold(name: "t", query: try ParsedQuery("m"), scope: .first, rule: rule)
        let group = ThresholdGroup(id: 1, name: "g", interval: 1000, thresholds: [threshold])
        _ = step(group, .failure("refused"), at: 0)
        #expect(group.states().map(\.state) == ["no_data"])
        _ = step(group, .vector([]), at: 1)
        #expect(group.states().map(\.state) == ["active"])
    }
}
