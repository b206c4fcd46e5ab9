import Actions
import Testing

@Suite("The outcome of an attempt")
struct AttemptOutcomeTests {
    @Test("has a word for the history")
    func words() { #expect(AttemptOutcome.Verdict.timedOut.rawValue == "timed_out") }
}
