import Model

/// Something that can be done in the world.
///
/// An action has no memory: what is due, what has been tried and when to try again is decided by whoever runs it. It never throws
/// at its caller: what went wrong is the outcome of the attempt.
public protocol Action: Sendable {
    /// Looks whether it could be done at all: throws what is missing, such as a directory or a plugin. Nothing happens.
    func check() async throws(UserError)

    /// What an attempt would do, in words and with its templates filled in, for a dry run. Nothing happens.
    func plan(_ event: ActionEvent) throws(UserError) -> String

    /// Does it once. It is over within so many milliseconds, or soon after the task was cancelled, whatever the world does.
    func perform(_ event: ActionEvent, within milliseconds: Int64) async -> AttemptOutcome
}

/// How one attempt of an action ended.
public struct AttemptOutcome: Sendable, Hashable {
    /// In one word, as the history has it.
    public enum Verdict: String, Sendable, CaseIterable {
        /// Done.
        case succeeded
        /// Refused, or gone wrong.
        case failed
        /// Not over in time.
        case timedOut = "timed_out"
        /// Ended because it was not wanted any more.
        case cancelled
    }

    /// In one word.
    public var verdict: Verdict
    /// The exit code, or the status of the answer; nil where there was none.
    public var code: Int?
    /// The end of what it printed or answered: at most `longestOutput` bytes.
    public var output: String
    /// Why it did not succeed, in one line; empty when it did.
    public var error: String
    /// How long the other side wants us to wait before the next attempt, in milliseconds.
    public var retryAfter: Int64?

    /// How much of an output is kept, in bytes.
    public static let longestOutput = 4096

    /// An outcome.
    public init(
        _ verdict: Verdict, code: Int? = nil, output: String = "", error: String = "", retryAfter: Int64? = nil
    ) {
        self.verdict = verdict
        self.code = code
        self.output = output
        self.error = error
        self.retryAfter = retryAfter
    }
}
