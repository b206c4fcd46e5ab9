/// What a scrape brought.
struct IntakeOutcome {
    /// Samples in the body.
    var scraped = 0
    /// Samples left after relabelling, those over a limit too.
    var relabelled = 0
    /// Samples left after limits.
    var kept = 0
    /// Series that the scrape before did not have.
    var added = 0
    /// Why nothing could be stored; nil when the scrape succeeded.
    var failure: String?
    /// What was left out of a scrape that succeeded, and why.
    var note = ""
    /// The same by the reason.
    var leftOut: [LeftOut: Int] = [:]

    /// The outcome of a further scrape that differs in its numbers only.
    var again: IntakeOutcome {
        var copy = self
        copy.added = 0
        return copy
    }
}
