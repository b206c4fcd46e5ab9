import Model
import PromQL
import Testing

@testable import Rules

@Suite("Answers for a window")
struct WindowAnswersTests {
    @Test("are those of each time, where there are any")
    func answers() throws {
        let past = try source("x 5x39", "y{i=\"1\"} 1x39", "y{i=\"2\"} _x10 1x3 stale", "z _x3 1 2 stale")
        func answers(_ query: String, sampleLimit: Int = 1_000_000) throws -> [[Double]?] {
            let query = try ParsedQuery(query)
            let times = Steps(from: 0, to: 39 * 60_000, every: 60_000)
            var answers = WindowAnswers(query, at: times, QueryEngine(past), sampleLimit: sampleLimit)
            return (0..<times.count).map { answers.answer(at: $0)?.map(\.value) }
        }
        #expect(try answers("x") == Array(repeating: [5], count: 40))
        #expect(try answers("z").prefix(7) == [[], [], [], [1], [2], [], []])
        #expect(try answers("nothing") == Array(repeating: [], count: 40))
        #expect(try answers("5 + 1") == Array(repeating: [6], count: 40))
        #expect(try answers("\"text\"") == Array(repeating: nil, count: 40))
        let partly = try answers("x + on () y")
        #expect(partly.indices.filter { partly[$0] == nil } == [10, 11, 12, 13])
        #expect(partly.compactMap { $0 } == Array(repeating: [6], count: 36))
        // What is too much at once is asked for in parts.
        #expect(try answers("sum(y)", sampleLimit: 30).compactMap { $0 }.count == 40)
    }
}
