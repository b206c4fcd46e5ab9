import Configuration
import Model
import PromQL

@testable import Rules

/// A file system in memory.
func files(_ contents: [String: String]) -> FileAccess {
    FileAccess(
        read: { (path, limit) throws(UserError) in
            guard let text = contents[path] else { throw UserError("cannot read \(path): No such file or directory") }
            return Array(text.utf8)
        },
        glob: { pattern in
            // Enough for tests: one star.
            let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return contents[pattern] == nil ? [] : [pattern] }
            return contents.keys.filter { $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[1]) }.sorted()
        })
}

/// The groups of a file in which nothing is wrong.
func groups(_ text: String) throws -> [RuleGroup] {
    let reading = RuleFile.read(Array(text.utf8), path: "rules.yml")
    if let error = reading.errors.first { throw error }
    return reading.file.groups
}

/// A group of these rules, a line of YAML each.
func makeGroup(_ rules: String..., keys: String = "") throws -> RuleGroup {
    let lines = rules.map { "  - {\($0)}\n" }.joined()
    let text = "groups:\n- name: g\n" + (keys.isEmpty ? "" : "  \(keys)\n") + "  rules:\n" + lines
    guard let group = try groups(text).first else { throw UserError("no group") }
    return group
}

/// An alerting rule without labels.
func alertingRule(holdFor: Int64 = 0, keepFiringFor: Int64 = 0) throws -> AlertingRule {
    AlertingRule(name: "A", query: try ParsedQuery("x"), holdFor: holdFor, keepFiringFor: keepFiringFor)
}

/// Series in memory, a point a minute from 0 on.
func source(_ series: String...) throws -> MemorySource {
    var source = MemorySource()
    for text in series {
        let notation = try SeriesNotation(text)
        source.add(
            notation.labels,
            notation.points.enumerated().compactMap { index, point in
                point.map { Sample(Int64(index) * 60_000, $0) }
            })
    }
    return source
}

/// Bounds that no test meets.
@Sendable func control() -> QueryControl { QueryControl(timeout: 60_000, sampleLimit: 1_000_000) }

extension RuleSample {
    /// `x{a="b"} 1 @60`, the time in seconds.
    var text: String {
        "\(labels) \(isStale(sample.value) ? "stale" : formatExpositionValue(sample.value)) @\(sample.timestamp / 1000)"
    }
}

/// Evaluates a group again and again over the same source, storing what it writes.
struct GroupDriver {
    let evaluator: GroupEvaluator
    var source: MemorySource
    var state: RuleGroupState

    init(_ group: RuleGroup, over source: MemorySource, settings: GroupSettings = GroupSettings()) {
        evaluator = GroupEvaluator(group, settings: settings)
        self.source = source
        state = RuleGroupState(ruleCount: group.rules.count)
    }

    /// Evaluates at a minute.
    mutating func evaluate(minute: Int64) -> GroupEvaluation {
        let evaluation = evaluator.evaluate(state, at: minute * 60_000, over: source, control: control)
        state = evaluation.state
        for sample in evaluation.samples { source.add(sample.labels, sample.sample) }
        return evaluation
    }

    /// What is written at a minute.
    mutating func samples(minute: Int64) -> [String] { evaluate(minute: minute).samples.map(\.text) }
}
