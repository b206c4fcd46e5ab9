import Model

/// What a Unix time in seconds is in the calendar, in UTC.
enum DateField: String {
    case minute, hour, month, year
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case daysInMonth = "days_in_month"

    func value(seconds: Double) -> Double {
        // Times that no calendar reaches have no date.
        guard seconds.magnitude < 1e15 else { return .nan }
        let seconds = Int64(seconds)
        let days = floorDivide(seconds, by: 86_400)
        let inDay = seconds - days * 86_400
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

private func length(ofMonth month: Int64, in year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}
