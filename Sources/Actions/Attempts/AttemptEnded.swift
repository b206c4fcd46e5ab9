import Model

/// The end of an attempt before it came to its point.
struct AttemptEnded: Error, Sendable {
    /// How it ended.
    let outcome: AttemptOutcome

    /// An end by this outcome.
    init(_ verdict: AttemptOutcome.Verdict, _ code: Int?, _ error: String) {
        outcome = AttemptOutcome(verdict, code: code, error: inOneLine(error))
    }

    /// An end by a mistake of ours.
    init(_ error: UserError) {
        self.init(.failed, nil, error.description)
    }
}

/// An error as the history has it: one line, not longer than anybody reads.
func inOneLine(_ error: String) -> String { onOneLine(shortened(error, to: 1000)) }
