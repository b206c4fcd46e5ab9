import Model

extension TimeZoneRule {
    /// Reads the form of POSIX's variable TZ, with the extensions of RFC 8536: hours of a rule go from -167 to 167. Throws
    /// what is wrong with it, in a few words.
    init(_ text: ArraySlice<UInt8>) throws(TimeZoneFault) {
        var reader = RuleReader(rest: text)
        try reader.skipName()
        standard = -(try reader.time(hours: 24))
        if reader.rest.isEmpty { return }
        try reader.skipName()
        // An hour ahead, where it does not say.
        let offset = reader.rest.first == UInt8(ascii: ",") ? standard + 3600 : -(try reader.time(hours: 24))
        let begin = try reader.yearlyTime()
        let end = try reader.yearlyTime()
        guard reader.rest.isEmpty else { throw TimeZoneFault("its rule goes on behind its end") }
        saving = Saving(offset: offset, begin: begin, end: end)
    }
}

private struct RuleReader {
    var rest: ArraySlice<UInt8>

    /// Skips a name: letters, or anything in angle brackets.
    mutating func skipName() throws(TimeZoneFault) {
        if take("<") {
            rest = rest.drop { $0 != UInt8(ascii: ">") }
            guard take(">") else { throw TimeZoneFault("a name in its rule has no end") }
            return
        }
        let name = rest.prefix { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
        guard name.count >= 3 else { throw TimeZoneFault("a name in its rule is too short") }
        rest = rest[name.endIndex...]
    }

    /// `[+-]hh[:mm[:ss]]`, in seconds.
    mutating func time(hours: Int64) throws(TimeZoneFault) -> Int64 {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        var seconds = try number(in: 0...hours) * 3600
        if take(":") {
            seconds += try number(in: 0...59) * 60
            if take(":") { seconds += try number(in: 0...59) }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,Mm.w.d/time`, `,Jn/time` or `,n/time`.
    mutating func yearlyTime() throws(TimeZoneFault) -> TimeZoneRule.YearlyTime {
        guard take(",") else {
            throw TimeZoneFault("its rule does not say when the saving of daylight begins and ends")
        }
        let day: TimeZoneRule.YearlyTime.Day
        if take("M") {
            let month = try number(in: 1...12)
            guard take(".") else { throw TimeZoneFault("a day in its rule has no week") }
            let week = try number(in: 1...5)
            guard take(".") else { throw TimeZoneFault("a day in its rule has no weekday") }
            day = .weekday(month: month, week: week, day: try number(in: 0...6))
        } else if take("J") {
            day = .withoutLeapDay(try number(in: 1...365))
        } else {
            day = .withLeapDay(try number(in: 0...365))
        }
        return TimeZoneRule.YearlyTime(day: day, seconds: take("/") ? try time(hours: 167) : 7200)
    }

    private mutating func number(in range: ClosedRange<Int64>) throws(TimeZoneFault) -> Int64 {
        let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
        guard (1...3).contains(digits.count) else { throw TimeZoneFault("a number is missing in its rule") }
        rest = rest[digits.endIndex...]
        let number = digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        guard range.contains(number) else { throw TimeZoneFault("a number in its rule is out of range") }
        return number
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }
}
