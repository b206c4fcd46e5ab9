import Model

/// A time at which something is worked on, so that alerts about it are not told: once, or again and again.
public struct MaintenanceWindow: Sendable, Hashable {
    /// When it is.
    enum Schedule: Sendable, Hashable {
        /// Once, in Unix milliseconds; `zone` is the one that it was written in, if any.
        case once(Range<Int64>, zone: TimeZone?)
        /// Again and again.
        case recurring(Recurrence)
    }

    /// What it is called.
    public let name: String
    /// Which alerts it mutes; without matchers, all.
    public let matchers: MatcherSet
    /// Who wanted it.
    public let author: String
    /// Why.
    public let comment: String
    /// When it is.
    let schedule: Schedule

    /// Whether it comes again.
    public var isRecurring: Bool {
        if case .recurring = schedule { true } else { false }
    }

    /// The zone that its times are meant in; nil when they were written as moments.
    public var timeZone: TimeZone? {
        switch schedule {
        case .once(_, let zone): zone
        case .recurring(let recurrence): recurrence.zone
        }
    }

    /// The first time that is not over at a moment, in Unix milliseconds; nil when none comes any more.
    public func occurrence(endingAfter moment: Int64) -> Range<Int64>? {
        switch schedule {
        case .once(let times, _): times.upperBound > moment ? times : nil
        case .recurring(let recurrence): recurrence.occurrence(endingAfter: moment)
        }
    }
}
