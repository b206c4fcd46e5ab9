// Times as text, without a date library: the civil calendar is a page of arithmetic (Howard Hinnant's "days from civil").

/// A Unix time in milliseconds as ISO 8601 in UTC: `2026-11-21T06:35:14.250Z`.
public func formatTimestamp(_ milliseconds: Int64) -> String {
    let days = floorDivide(milliseconds, by: 86_400_000)
    // Not `milliseconds - days * 86_400_000`: the product does not fit for times near the lower end.
    let remainder = milliseconds % 86_400_000
    let inDay = remainder < 0 ? remainder + 86_400_000 : remainder
    let date = civilDate(daysSince1970: days)
    let year = date.year >= 0 ? padded(date.year, 4) : "-" + padded(-date.year, 4)
    return "\(year)-\(padded(date.month, 2))-\(padded(date.day, 2))T\(padded(inDay / 3_600_000, 2)):"
        + "\(padded(inDay / 60_000 % 60, 2)):\(padded(inDay / 1000 % 60, 2)).\(padded(inDay % 1000, 3))Z"
}

/// A date of the civil calendar.
public struct CivilDate: Sendable, Hashable {
    /// The year, 0 being 1 BC.
    public var year: Int64
    /// 1 to 12.
    public var month: Int64
    /// 1 to 31.
    public var day: Int64

    /// A date.
    public init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }
}

/// The date of a day counted from 1970-01-01.
public func civilDate(daysSince1970 days: Int64) -> CivilDate {
    let shifted = days + 719_468
    let era = floorDivide(shifted, by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return CivilDate(
        year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
        day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
}

/// The day of a date, counted from 1970-01-01. The date must be one that there is.
public func daysSince1970(_ date: CivilDate) -> Int64 {
    // A year that begins in March has its leap day at the end.
    let year = date.month <= 2 ? date.year - 1 : date.year
    let era = floorDivide(year, by: 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

/// Division that rounds towards minus infinity, for times before 1970.
@inlinable
public func floorDivide(_ a: Int64, by b: Int64) -> Int64 {
    let quotient = a / b
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
