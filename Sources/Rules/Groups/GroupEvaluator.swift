import Model
import PromQL

/// Evaluates a group. What can be found out beforehand is found out once, when it is made.
public struct GroupEvaluator: Sendable {
    /// The group.
    public let group: RuleGroup
    /// How often it is evaluated, in milliseconds.
    public let interval: Int64
    /// How far its queries look into the past, in milliseconds.
    public let queryOffset: Int64
    private let settings: GroupSettings
    private let dependencies: RuleDependencies

    /// An evaluator for a group.
    public init(_ group: RuleGroup, settings: GroupSettings) {
        self.group = group
        self.settings = settings
        interval = group.interval ?? settings.interval
        queryOffset = group.queryOffset ?? settings.queryOffset
        dependencies = RuleDependencies(group.rules)
    }

    /// Evaluates all rules at a time, one after the other. Nothing is written: what the evaluation comes to is the answer. The state
    /// must be one of this group. `control` bounds the query of a rule, and is asked for each. Of a rule whose answer is known
    /// already, by its place, the query is not evaluated.
    ///
    /// It runs on the thread of the caller, which must have a stack of `QueryEngine.stackSize`.
    public func evaluate(
        _ state: consuming RuleGroupState, at now: Int64, over source: any SeriesSource,
        control: @escaping @Sendable () -> QueryControl, answers: @escaping (Int) -> [VectorElement]? = { _ in nil }
    ) -> GroupEvaluation {
        let began = monotonicNanoseconds()
        var run = GroupRun(
            evaluation: GroupEvaluation(time: now, state: state), source: source, settings: settings,
            sampleTime: now.subtractingClamped(queryOffset), limit: group.limit, control: control, answers: answers)
        for place in group.rules.indices where run.evaluation.state.rules.indices.contains(place) {
            let start = monotonicNanoseconds()
            do {
                try run.evaluate(
                    group.rules[place], at: place, seesEarlier: dependencies.seesEarlier[place],
                    isSeenLater: dependencies.isSeenLater[place])
                run.evaluation.state.rules[place].health = .ok
                run.evaluation.state.rules[place].lastError = ""
            } catch {
                run.evaluation.state.rules[place].fail(error.message)
                run.evaluation.notes.append(RuleNote(rule: place, text: "cannot evaluate: \(error.message)"))
            }
            run.evaluation.state.rules[place].lastEvaluation = now
            run.evaluation.state.rules[place].evaluationNanoseconds = monotonicNanoseconds() - start
        }
        run.finish()
        run.evaluation.state.lastEvaluation = now
        run.evaluation.state.evaluationNanoseconds = monotonicNanoseconds() - began
        return run.evaluation
    }
}

extension Int64 {
    /// The difference, or the furthest number there is on that side.
    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
