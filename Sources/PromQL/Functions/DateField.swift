import Model

/// What a Unix time in seconds is in the calendar, in UTC.
enum DateField: String {
    case minute, hour, month, year
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case daysInMonth = "days_in_month"

    func value(seconds: Double) -> Double {
        let (days, inDay) = Self.day(of: seconds)
        switch self {
        case .minute: return Double(inDay / 60 % 60)
        case .hour: return Double(inDay / 3600)
        // 1970-01-01 was a Thursday.
        case .dayOfWeek: return Double(((days + 4) % 7 + 7) % 7)
        case .year: return Double(civilDate(daysSince1970: days).year)
        case .month: return Double(civilDate(daysSince1970: days).month)
        case .dayOfMonth: return Double(civilDate(daysSince1970: days).day)
        case .dayOfYear:
            let date = civilDate(daysSince1970: days)
            return (1..<date.month).reduce(Double(date.day)) { $0 + Double(length(ofMonth: $1, in: date.year)) }
        case .daysInMonth:
            let date = civilDate(daysSince1970: days)
            return Double(length(ofMonth: date.month, in: date.year))
        }
    }
}

extension DateField {
    /// The day since 1970, and the second of it. What is no time at all, NaN and what is too large, is to Prometheus the last moment
    /// that Go's calendar knows, in the year 292277026596 (on amd64: what Go makes of such numbers depends on the processor).
    private static func day(of seconds: Double) -> (days: Int64, inDay: Int64) {
        guard seconds.magnitude < 9.2e18 else { return (106_751_991_167_300, 55_808) }
        let seconds = Int64(seconds)
        let days = floorDivide(seconds, by: 86_400)
        return (days, seconds - days * 86_400)
    }
}

private func length(ofMonth month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}
