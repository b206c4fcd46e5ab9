import Model

extension TemplateTime {
    /// What a clock and a calendar show.
    struct Fields {
        var date: CivilDate
        var hour: Int64
        var minute: Int64
        var second: Int64
        var nanosecond: Int64
        /// 0 is Sunday.
        var weekday: Int
        /// From 1 on.
        var yearDay: Int64
    }

    /// What clocks and calendars show in its zone.
    var fields: Fields {
        // Beyond the ends of the numbers there is no calendar either.
        let seconds = moment.seconds.addingReportingOverflow(zone.offset)
        let local = seconds.overflow ? moment.seconds : seconds.partialValue
        let day = floorDivide(local, by: 86_400)
        let remainder = local % 86_400
        let inDay = remainder < 0 ? remainder + 86_400 : remainder
        let date = civilDate(daysSince1970: day)
        let newYear = daysSince1970(CivilDate(year: date.year, month: 1, day: 1))
        let weekday = (day % 7 + 11) % 7
        return Fields(
            date: date, hour: inDay / 3600, minute: inDay / 60 % 60, second: inDay % 60,
            nanosecond: moment.nanoseconds, weekday: Int(weekday), yearDay: day - newYear + 1)
    }
}

extension TemplateTime: CustomStringConvertible {
    /// As Go prints it: `2015-06-23 13:19:44.128 +0000 UTC`.
    public var description: String { formatted("2006-01-02 15:04:05.999999999 -0700 MST") }
}
