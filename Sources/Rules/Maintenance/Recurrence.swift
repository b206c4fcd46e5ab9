import Model

/// Times that come again: on some days, at a time that clocks on the wall show, for a length of real time.
struct Recurrence: Sendable, Hashable {
    /// Days of a month, from one to another; negative ones are counted from its end, -1 being the last.
    struct DayRange: Sendable, Hashable {
        var first: Int64
        var last: Int64

        /// Whether a day of a month with so many days is among them.
        func contains(_ day: Int64, of length: Int64) -> Bool {
            let from = first < 0 ? length + 1 + first : first
            let to = last < 0 ? length + 1 + last : last
            return from <= day && day <= to
        }
    }

    /// A bit for each day of the week, Sunday's the lowest.
    var weekdays: UInt8 = 0x7f
    /// The days of the month; any of them where there are none.
    var daysOfMonth: [DayRange] = []
    /// A bit for each month, January's the lowest.
    var months: UInt16 = 0xfff
    /// The time of the day that clocks show at the beginning, in seconds.
    var at: Int64
    /// How long it lasts, in milliseconds.
    var duration: Int64
    /// Where the clocks hang.
    var zone: TimeZone

    /// After so many days the calendar begins anew, weekdays and all.
    private static let daysOfCalendar: Int64 = 146_097

    /// The first time that is not over at a moment, in Unix milliseconds; nil when none comes any more.
    ///
    /// A time that clocks do not show on that day, for they are put forward past it, begins at the moment when they are; of
    /// one that they show twice the first counts.
    func occurrence(endingAfter moment: Int64) -> Range<Int64>? {
        let earliest = min(max(moment, writableTimes.lowerBound), writableTimes.upperBound) - duration
        let second = floorDivide(earliest, by: 1000)
        // What begins later begins on no earlier day: until then clocks have not shown its time.
        let first = floorDivide(second + zone.offset(at: second), by: 86_400)
        for day in first..<first + Self.daysOfCalendar where includes(day) {
            let begin = zone.moment(showing: day * 86_400 + at) * 1000
            if begin > writableTimes.upperBound { return nil }
            if begin > earliest { return begin..<begin + duration }
        }
        return nil
    }

    /// Whether there is a day on which it begins. In the course of time weekdays fall on all dates, those of leap years too.
    var isPossible: Bool {
        for month: Int64 in 1...12 where includesMonth(month) {
            for year: Int64 in [2023, 2024] {
                let length = daysInMonth(month, of: year)
                for day in 1...length where includesDay(day, of: length) { return weekdays != 0 }
            }
        }
        return false
    }

    /// Whether it begins on a day, counted from 1970-01-01.
    private func includes(_ day: Int64) -> Bool {
        guard weekdays & 1 << UInt8(weekday(ofDaySince1970: day)) != 0 else { return false }
        let date = civilDate(daysSince1970: day)
        return includesMonth(date.month) && includesDay(date.day, of: daysInMonth(date.month, of: date.year))
    }

    private func includesMonth(_ month: Int64) -> Bool { months & 1 << UInt16(month - 1) != 0 }

    private func includesDay(_ day: Int64, of length: Int64) -> Bool {
        daysOfMonth.isEmpty || daysOfMonth.contains { $0.contains(day, of: length) }
    }
}
