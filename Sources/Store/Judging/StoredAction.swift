/// An action that has been decided on, as its row has it. Times are Unix milliseconds.
public struct StoredAction: Sendable, Hashable {
    /// What became of an action.
    public enum Outcome: String, Sendable, CaseIterable {
        /// An attempt is to be made.
        case waiting
        /// An attempt is under way.
        case running
        /// Done.
        case succeeded
        /// Given up after the last attempt.
        case failed
        /// Not run, because of a silence or a maintenance window.
        case silenced
        /// Not wanted any more before it was done.
        case cancelled
        /// Somebody else's turn to act has come in between.
        case superseded
    }

    /// Its number in the history.
    public var id: Int64
    /// What receivers know it by.
    public var key = ""
    /// The action's name.
    public var action = ""
    /// The rule that caused it.
    public var rule = ""
    /// The labels that it is about, as JSON.
    public var series = "{}"
    /// Why: `enter`, `repeat`, `resolve`, `notify` or `manual`.
    public var cause = ""
    /// The state of the rule.
    public var state = ""
    /// The value that decided.
    public var value: Double?
    /// What it was compared with.
    public var threshold = ""
    /// When it was decided on.
    public var decided: Int64 = 0
    /// Whose timer hears of its end.
    public var origin = ""
    /// When the next attempt is to be made; nil when it has ended.
    public var due: Int64?
    /// What became of it.
    public var outcome = Outcome.waiting
    /// What there is to say about that.
    public var note = ""
    /// When it ended.
    public var ended: Int64?
    /// Whose turn it was to act.
    public var epoch: Int64 = 0
    /// Everything that the action is told, as JSON.
    public var event = ""
    /// How many attempts have been made.
    public var attempts = 0

    /// An action with this number.
    public init(id: Int64) { self.id = id }
}

/// One attempt of an action, as its row has it.
public struct StoredAttempt: Sendable, Hashable {
    /// The outcome while it is under way.
    public static let running = "running"
    /// The outcome of an attempt whose end nobody saw.
    public static let interrupted = "interrupted"

    /// The number of the action.
    public var action: Int64
    /// The number of the attempt, from 1 on.
    public var attempt: Int
    /// When it began.
    public var started: Int64
    /// When it ended; nil while it is under way.
    public var finished: Int64?
    /// How it ended, in one word.
    public var outcome = StoredAttempt.running
    /// The exit code, or the status of the answer.
    public var code: Int?
    /// The end of what was printed or answered.
    public var output = ""
    /// Why it did not succeed.
    public var error = ""
    /// Whose turn it was to act.
    public var epoch: Int64

    /// An attempt that begins.
    public init(action: Int64, attempt: Int, started: Int64, epoch: Int64) {
        self.action = action
        self.attempt = attempt
        self.started = started
        self.epoch = epoch
    }
}
