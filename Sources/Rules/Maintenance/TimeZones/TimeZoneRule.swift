import Model

/// What a zone does year after year: standard time, and daylight saving time between two days. It stands at the end of a zone's
/// file, in the form of POSIX's variable TZ: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct TimeZoneRule: Sendable, Hashable {
    /// A day of each year, and the time of it that clocks show when they are changed.
    struct YearlyTime: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// From 1 to 365; the 29th of February is never counted.
            case withoutLeapDay(Int64)
            /// From 0 to 365.
            case withLeapDay(Int64)
            /// A day of a week (0 is Sunday) of a month; the fifth is the last.
            case weekday(month: Int64, week: Int64, day: Int64)
        }

        var day: Day
        /// Seconds from the beginning of the day; may be on another day.
        var seconds: Int64
    }

    /// Another time than standard time for a part of the year.
    struct Saving: Sendable, Hashable {
        var offset: Int64
        var begin: YearlyTime
        var end: YearlyTime
    }

    /// How far clocks are ahead of UTC in standard time.
    var standard: Int64
    /// What is done about daylight.
    var saving: Saving?

    /// How far clocks are ahead of UTC at a moment.
    func offset(at moment: Int64) -> Int64 {
        guard saving != nil else { return standard }
        let year = year(of: moment)
        return changes(in: year - 1...year + 1).last { $0.at <= moment }?.offset ?? standard
    }

    /// The first moment after this one from which on clocks are not as far ahead as they were.
    func nextChange(after moment: Int64, from offset: Int64) -> Int64? {
        guard saving != nil else { return nil }
        let year = year(of: moment)
        // The end of the last year's saving may be the beginning of the next year's.
        let changes = changes(in: year - 1...year + 3).dropLast(2)
        return changes.first { $0.at > moment && $0.offset != offset }?.at
    }

    private func year(of moment: Int64) -> Int64 {
        civilDate(daysSince1970: floorDivide(moment + standard, by: 86_400)).year
    }

    /// The changes of some years in order.
    private func changes(in years: ClosedRange<Int64>) -> [TimeZone.Change] {
        guard let saving else { return [] }
        var changes: [TimeZone.Change] = []
        for year in years {
            // What clocks show just before they are changed is what counts.
            let begin = TimeZone.Change(at: saving.begin.local(in: year) - standard, offset: saving.offset)
            let end = TimeZone.Change(at: saving.end.local(in: year) - saving.offset, offset: standard)
            changes += [begin, end]
        }
        changes.sort { a, b in
            // Where saving lasts all year, one ends and the next begins in one moment.
            a.at != b.at ? a.at < b.at : a.offset == standard && b.offset != standard
        }
        return changes.indices.filter { $0 + 1 == changes.count || changes[$0].at != changes[$0 + 1].at }
            .map { changes[$0] }
    }
}

extension TimeZoneRule.YearlyTime {
    /// What clocks show then, in seconds as though it were UTC.
    fileprivate func local(in year: Int64) -> Int64 {
        let newYear = daysSince1970(CivilDate(year: year, month: 1, day: 1))
        let date: Int64
        switch day {
        case .withLeapDay(let day): date = newYear + day
        case .withoutLeapDay(let day): date = newYear + day - (day < 60 || daysInMonth(2, of: year) == 28 ? 1 : 0)
        case .weekday(let month, let week, let day):
            let first = daysSince1970(CivilDate(year: year, month: month, day: 1))
            let ahead = (day - weekday(ofDaySince1970: first) + 7) % 7
            let wanted = 1 + ahead + 7 * (week - 1)
            date = first - 1 + (wanted > daysInMonth(month, of: year) ? wanted - 7 : wanted)
        }
        return date * 86_400 + seconds
    }
}

/// The day of the week of a day counted from 1970-01-01; 0 is Sunday.
func weekday(ofDaySince1970 day: Int64) -> Int64 {
    let rest = (day + 4) % 7
    return rest < 0 ? rest + 7 : rest
}

/// How many days a month has.
func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    let next =
        month == 12 ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
    return daysSince1970(next) - daysSince1970(CivilDate(year: year, month: month, day: 1))
}
