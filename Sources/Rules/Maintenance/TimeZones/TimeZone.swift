import Model

/// A time zone of the tz database: what clocks on the wall show there. Times are seconds since 1970; what clocks show is
/// counted the same way, as though it were UTC.
public struct TimeZone: Sendable, Hashable {
    /// From a moment on, clocks are so many seconds ahead of UTC.
    struct Change: Sendable, Hashable {
        var at: Int64
        var offset: Int64
    }

    /// Its name: `Europe/Berlin`.
    public let name: String
    /// How far clocks are ahead of UTC before the first change.
    private let firstOffset: Int64
    /// The changes that are known one by one, in order.
    private let changes: [Change]
    /// What holds from the last of them on; nil when it stays as it is.
    private let rule: TimeZoneRule?

    /// Coordinated Universal Time, which needs no database.
    public static let utc = TimeZone(name: "UTC", firstOffset: 0, changes: [], rule: nil)

    /// A zone; the changes must be in order.
    init(name: String, firstOffset: Int64, changes: [Change], rule: TimeZoneRule?) {
        self.name = name
        self.firstOffset = firstOffset
        self.changes = changes
        self.rule = rule
    }

    /// How far clocks are ahead of UTC at a moment.
    public func offset(at moment: Int64) -> Int64 {
        let next = firstChange(after: moment)
        if next == changes.count, let rule { return rule.offset(at: moment) }
        return next == 0 ? firstOffset : changes[next - 1].offset
    }

    /// The first moment after this one at which clocks are put forward or back; nil when that does not happen any more.
    public func nextChange(after moment: Int64) -> Int64? {
        let offset = offset(at: moment)
        for change in changes[firstChange(after: moment)...] where change.offset != offset { return change.at }
        return rule?.nextChange(after: max(moment, changes.last?.at ?? moment), from: offset)
    }

    /// The first moment at which clocks show a time, or, where they are put forward past it, a later one. Of a time that
    /// they show twice it is the first.
    public func moment(showing local: Int64) -> Int64 {
        // No zone has ever been further from UTC than a day and two hours.
        var moment = local - TimeZoneFile.offsets.upperBound
        while true {
            let candidate = max(moment, local - offset(at: moment))
            guard let change = nextChange(after: moment), change <= candidate else { return candidate }
            moment = change
        }
    }

    /// How many of the changes are not after a moment.
    private func firstChange(after moment: Int64) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
