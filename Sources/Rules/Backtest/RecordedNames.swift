import Model
import PromQL

/// Who asks for series that go by the names of those that trials record.
struct RecordedNames {
    /// The trials that record, by the metrics.
    private var writers: [[UInt8]: [Int]] = [:]
    /// For each trial those whose names it asks for.
    private var asked: [[Int]] = []
    /// For each trial whether anybody asks for its names.
    private(set) var isAsked: [Bool]

    init(_ trials: [TrialTraits]) {
        isAsked = Array(repeating: false, count: trials.count)
        for (place, trial) in trials.enumerated() {
            for metric in Set(trial.outputs.map { Array($0.metric.utf8) }) {
                writers[metric, default: []].append(place)
            }
        }
        let all = trials.indices.filter { !trials[$0].outputs.isEmpty }
        for trial in trials {
            let found = trial.mayAskAnything ? all : named(by: trial, trials, all)
            for writer in found { isAsked[writer] = true }
            asked.append(found)
        }
    }

    /// The trials whose names one asks for.
    func asked(by place: Int) -> [Int] { asked[place] }

    private func named(by trial: TrialTraits, _ trials: [TrialTraits], _ all: [Int]) -> [Int] {
        var found: Set<Int> = []
        trial.query.expression.forEachSelector { selector in
            let name = selector.matchers.first { $0.operation == .equal && sameBytes($0.name, Labels.metricName) }
            for writer in name.map({ writers[Array($0.value.utf8)] ?? [] }) ?? all where !found.contains(writer) {
                if trials[writer].outputs.contains(where: { $0.byName.fits(selector.matchers) }) {
                    found.insert(writer)
                }
            }
        }
        return found.sorted()
    }

    /// The trials of one group that may record the same series, in their order.
    func rivals(_ trials: [TrialTraits]) -> [(first: Int, second: Int)] {
        // Of alerts most have names of their own.
        var byName: [RuleOutput.Name: [(place: Int, output: RuleOutput)]] = [:]
        for (place, trial) in trials.enumerated() where isAsked[place] {
            for output in trial.outputs { byName[output.name, default: []].append((place, output)) }
        }
        return byName.values.flatMap { own in
            own.indices.flatMap { second in
                own[..<second].filter { first in
                    trials[first.place].group == trials[own[second].place].group
                        && first.output.mayMeet(own[second].output)
                }.map { ($0.place, own[second].place) }
            }
        }
    }
}

extension TrialTraits {
    /// Whether its query may ask for what another trial records.
    func mayRead(_ other: TrialTraits) -> Bool {
        var mayRead = false
        query.expression.forEachSelector { selector in
            mayRead = mayRead || other.outputs.contains { $0.fits(selector.matchers) }
        }
        return mayRead
    }
}
