import Foundation
import Testing

/// What `vedette backtest --json` prints.
struct BacktestAnswer: Decodable {
    struct Rule: Decodable {
        struct State: Decodable {
            let series: Int
            let times: Int
            let seconds: Double
            let longest_seconds: Double
        }

        struct Series: Decodable {
            let labels: [String: String]
            let seconds: [String: Double]
            let timeline: [Change]
        }

        let kind: String
        let rule: String
        let evaluations: Int
        let failures: Int
        let samples: Int?
        let states: [String: State]?
        let series: [Series]?
    }

    struct Change: Decodable {
        let ts: Int64
        let time: String
        let state: String
    }

    struct Action: Decodable {
        struct Alert: Decodable {
            let status: String
            let labels: [String: String]
        }

        let ts: Int64
        let action: String
        let rule: String
        let cause: String
        let reason: String?
        let alerts: [Alert]
        let silenced_by: String?
    }

    struct Problem: Decodable {
        let rule: String
        let reason: String
        let times: Int
    }

    let from_ts: Int64
    let to_ts: Int64
    let evaluations: Int
    let rules: [Rule]
    let actions: [Action]
    let action_counts: [String: [String: Int]]
    let problems: [Problem]

    /// Runs a backtest that must succeed.
    init(_ arguments: String..., in workplace: Workplace) throws {
        let done = try run(Surroundings.binary, ["backtest", "--json"] + arguments, in: workplace)
        guard done.ending == .exit(0) else { throw Failure("backtest: \(done.ending): \(done.errors)") }
        self = try JSONDecoder().decode(Self.self, from: Data(done.output.utf8))
    }

    /// The series of a rule.
    func series(_ rule: String) -> [Rule.Series] { rules.filter { $0.rule == rule }.flatMap { $0.series ?? [] } }
}

extension BacktestAnswer.Rule.Series {
    /// The state at a time; nil before the first.
    func state(at ts: Int64) -> String? { timeline.last { $0.ts <= ts }?.state }

    /// When it began to be in a state, and when that ended; the last one may still last.
    func spells(_ state: String) -> [(from: Int64, to: Int64?)] {
        timeline.indices.filter { timeline[$0].state == state }.map { place in
            (timeline[place].ts, place + 1 < timeline.count ? timeline[place + 1].ts : nil)
        }
    }
}
