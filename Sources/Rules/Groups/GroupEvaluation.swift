import Model

/// What an evaluation of a group leaves to be done: samples to write, changes of alerts to keep, and the state to go on from.
/// Nothing has been written yet.
public struct GroupEvaluation: Sendable {
    /// The time that it was for, in Unix milliseconds.
    public var time: Int64
    /// What the rules have to store, in their order; stale markers among them.
    public var samples: [RuleSample] = []
    /// The alerts that do not stand as before.
    public var changes: [RuleChange] = []
    /// What a log should know: what went wrong, and templates that could not be filled in.
    public var notes: [RuleNote] = []
    /// What is to be remembered.
    public var state: RuleGroupState
}

/// A sample that a rule has to store.
public struct RuleSample: Sendable {
    /// The series, with the metric's name.
    public var labels: Labels
    /// The value at its time.
    public var sample: Sample
    /// The rule's place in its group; nil for series of rules that there are no more.
    public var rule: Int?
}

/// A change of an alert, and whose it is.
public struct RuleChange: Sendable {
    /// The rule's place in its group.
    public var rule: Int
    /// The change.
    public var change: AlertChange
}

/// Something about a rule that a log should know.
public struct RuleNote: Sendable, Hashable {
    /// The rule's place in its group.
    public var rule: Int
    /// What there is to know.
    public var text: String
}
