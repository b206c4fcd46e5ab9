import Model
import PromQL
import Testing

@testable import Rules

/// The strongest thing that can be said of a backtest: it comes to what a running appliance came to.
@Suite("A backtest against life")
struct BacktestAgainstLifeTests {
    @Test("has the same states and actions at the same times", arguments: 1...40)
    func same(seed: Int) throws {
        let story = try RandomPast(seed: seed)
        let live = try LiveRun(story.configuration, over: story.past, from: story.from, to: story.to)
        live.run()
        // Windows of many lengths: what is in one must not depend on where it ends.
        let mostValues = [1, 40, 2_000_000][seed % 3]
        let report = try Backtest(story.configuration, over: story.past, mostValues: mostValues)
            .run(from: story.from, to: story.to)
        let found = report.stateLines
        for key in Set(found.keys).union(live.states.keys).sorted() where found[key] != live.states[key] {
            Issue.record("\(key):\n live \(live.states[key] ?? [])\n past \(found[key] ?? [])")
        }
        let (expected, actions) = (live.actions.sorted(), report.actionLines.sorted())
        if expected != actions {
            let missing = expected.filter { !actions.contains($0) }.prefix(5)
            let more = actions.filter { !expected.contains($0) }.prefix(5)
            Issue.record("actions\n live only: \(Array(missing))\n past only: \(Array(more))")
        }
        for rule in report.rules where rule.failures > 0 || live.failures[rule.name] != nil {
            let all = report.rules.filter { $0.name == rule.name }.reduce(0) { $0 + $1.failures }
            #expect(all == live.failures[rule.name] ?? 0, "\(rule.name)")
        }
    }

    @Test("is of stories in which something happens")
    func eventful() throws {
        var causes: [String: Int] = [:]
        var states: [String: Int] = [:]
        for seed in 1...40 {
            let story = try RandomPast(seed: seed)
            let report = try Backtest(story.configuration, over: story.past).run(from: story.from, to: story.to)
            for act in report.actions { causes[act.silencedBy == nil ? act.cause : "silenced", default: 0] += 1 }
            for change in report.rules.flatMap(\.series).flatMap(\.changes) { states[change.state, default: 0] += 1 }
            if report.rules.contains(where: { $0.failures > 0 }) { causes["failed", default: 0] += 1 }
        }
        for cause in ["enter", "repeat", "resolve", "notify", "silenced", "failed"] {
            #expect(causes[cause, default: 0] > 10, "\(causes)")
        }
        for state in ["ok", "pending", "active", "soft", "hard", "no_data", "gone", "firing", "inactive"] {
            #expect(states[state, default: 0] > 3, "\(states)")
        }
    }
}
