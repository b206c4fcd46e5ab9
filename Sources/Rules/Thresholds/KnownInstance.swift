import Store

/// A series of a threshold as it was known before: to the process before this one, or under the configuration before.
struct KnownInstance {
    /// Its row.
    let row: JudgedInstance
    /// The value that it had, which stands with its group.
    let value: Double?
    /// When its group was evaluated last, and how the clocks stood then.
    let evaluated: Int64
    let clock: ClockReading?
    /// The last turn before that in which it was ours to act; nil when it never was.
    let epoch: Int64?
}

extension JudgedInstance {
    /// The kind of a threshold's series.
    static let threshold = "threshold"
}
