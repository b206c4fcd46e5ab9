import Model
import Testing

@testable import Rules

/// A recurrence from the texts of its keys.
private func recurrence(
    _ zone: String, at: String, _ duration: String, days: [String] = [], ofMonth: [String] = [], months: [String] = []
) throws -> Recurrence {
    var recurrence = Recurrence(
        at: try readTimeOfDay(at), duration: try parseDuration(duration), zone: try timeZones.zone(zone))
    if !days.isEmpty { recurrence.weekdays = try days.map(readWeekdays).reduce(0, |) }
    if !months.isEmpty { recurrence.months = try months.map(readMonths).reduce(0, |) }
    recurrence.daysOfMonth = try ofMonth.map(readDaysOfMonth)
    return recurrence
}

/// The times of a recurrence from a moment on, as `begin/end` in UTC.
private func times(_ recurrence: Recurrence, from text: String, _ count: Int) throws -> [String] {
    var moment = try time(text)
    var found: [String] = []
    for _ in 0..<count {
        guard let next = recurrence.occurrence(endingAfter: moment) else { break }
        let text = { (time: Int64) in String(formatTimestamp(time).prefix(16)) }
        found.append("\(text(next.lowerBound))/\(text(next.upperBound))")
        moment = next.upperBound
    }
    return found
}

@Suite struct RecurrenceTests {
    @Test func weekdays() throws {
        // 2026-11-25 is a Wednesday.
        let nights = try recurrence("Europe/Berlin", at: "22:00", "4h", days: ["mon", "thu-fri"])
        #expect(
            try times(nights, from: "2026-11-25T12:00:00Z", 4) == [
                "2026-11-26T21:00/2026-11-27T01:00", "2026-11-27T21:00/2026-11-28T01:00",
                "2026-11-30T21:00/2026-12-01T01:00", "2026-12-03T21:00/2026-12-04T01:00",
            ])
        // After midnight yesterday's is still on.
        #expect(try times(nights, from: "2026-11-27T00:59:59Z", 1) == ["2026-11-26T21:00/2026-11-27T01:00"])
        #expect(try times(nights, from: "2026-11-27T01:00:00Z", 1) == ["2026-11-27T21:00/2026-11-28T01:00"])
        let weekends = try recurrence("UTC", at: "00:00", "1d", days: ["sat-sun"])
        #expect(
            try times(weekends, from: "2026-11-25T12:00:00Z", 3) == [
                "2026-11-28T00:00/2026-11-29T00:00", "2026-11-29T00:00/2026-11-30T00:00",
                "2026-12-05T00:00/2026-12-06T00:00",
            ])
    }

    @Test func daysOfMonths() throws {
        let ends = try recurrence("UTC", at: "01:30", "30m", ofMonth: ["1", "-1"])
        #expect(
            try times(ends, from: "2028-01-15T00:00:00Z", 4).map { $0.prefix(10) } == [
                "2028-01-31", "2028-02-01", "2028-02-29", "2028-03-01",
            ])
        let firstSundays = try recurrence(
            "UTC", at: "00:00", "1h", days: ["Sunday"], ofMonth: ["1-7"], months: ["nov-jan"])
        #expect(
            try times(firstSundays, from: "2026-02-01T02:00:00Z", 4).map { $0.prefix(10) } == [
                "2026-11-01", "2026-12-06", "2027-01-03", "2027-11-07",
            ])
        let lastDays = try recurrence("UTC", at: "00:00", "1h", ofMonth: ["-3--2"], months: ["2"])
        #expect(
            try times(lastDays, from: "2027-01-01T00:00:00Z", 3).map { $0.prefix(10) } == [
                "2027-02-26", "2027-02-27", "2028-02-27",
            ])
        let thirtyFirsts = try recurrence("UTC", at: "00:00", "1h", ofMonth: ["31"])
        #expect(
            try times(thirtyFirsts, from: "2026-03-31T12:00:00Z", 3).map { $0.prefix(10) } == [
                "2026-05-31", "2026-07-31", "2026-08-31",
            ])
        // The rarest there is.
        let leap = try recurrence("UTC", at: "00:00", "1h", days: ["mon"], ofMonth: ["29"], months: ["feb"])
        #expect(try times(leap, from: "2072-03-01T00:00:00Z", 1).map { $0.prefix(10) } == ["2112-02-29"])
        #expect(try leap.occurrence(endingAfter: time("9999-12-31T00:00:00Z")) == nil)
    }

    @Test func clocksThatAreChanged() throws {
        let berlin = try recurrence("Europe/Berlin", at: "02:30", "1h")
        // Put forward past it: it begins when they are. Put back over it: it begins the first time. An hour is an hour.
        #expect(
            try times(berlin, from: "2026-03-28T00:00:00Z", 3) == [
                "2026-03-28T01:30/2026-03-28T02:30", "2026-03-29T01:00/2026-03-29T02:00",
                "2026-03-30T00:30/2026-03-30T01:30",
            ])
        #expect(
            try times(berlin, from: "2026-10-24T12:00:00Z", 2) == [
                "2026-10-25T00:30/2026-10-25T01:30", "2026-10-26T01:30/2026-10-26T02:30",
            ])
        let night = try recurrence("Europe/Berlin", at: "23:00", "8h", days: ["sat"])
        #expect(
            try times(night, from: "2026-03-28T12:00:00Z", 2) == [
                "2026-03-28T22:00/2026-03-29T06:00", "2026-04-04T21:00/2026-04-05T05:00",
            ])
        // By half an hour, and in the south.
        let howe = try recurrence("Australia/Lord_Howe", at: "02:15", "10m")
        #expect(try times(howe, from: "2026-10-03T12:00:00Z", 1) == ["2026-10-03T15:30/2026-10-03T15:40"])
        // A Friday that never was.
        let apia = try recurrence("Pacific/Apia", at: "12:00", "1h", days: ["fri"])
        #expect(try times(apia, from: "2011-12-29T00:00:00Z", 1) == ["2011-12-30T10:00/2011-12-30T11:00"])
    }

    /// What is found by asking from any moment is what lies in the row of all occurrences.
    @Test(arguments: ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"])
    func fromAnyMoment(_ zone: String) throws {
        let recurrence = try recurrence(zone, at: "00:30", "30h", days: ["sat-mon"], ofMonth: ["-9-31", "1-9"])
        var all: [Range<Int64>] = []
        var begin = try time("2015-01-01T00:00:00Z")
        let end = try time("2018-01-01T00:00:00Z")
        while let next = recurrence.occurrence(endingAfter: begin + recurrence.duration), next.lowerBound < end {
            #expect(next.lowerBound > begin)
            #expect(next.upperBound - next.lowerBound == 30 * 3_600_000)
            all.append(next)
            begin = next.lowerBound
        }
        #expect(all.count > 250)
        var generator = SplitMix(seed: 3)
        for _ in 0..<2000 {
            let moment = Int64.random(in: (all[0].lowerBound)..<(all[all.count - 1].lowerBound), using: &generator)
            #expect(recurrence.occurrence(endingAfter: moment) == all.first { $0.upperBound > moment })
        }
    }

    @Test(arguments: ["", "mo", "monday-", "mon-tue-wed", "-mon", "mon tue", "8", "x-fri"])
    func refusesWeekdays(_ text: String) { #expect(throws: UserError.self) { try readWeekdays(text) } }

    @Test(arguments: ["", "0", "13", "1-", "jan-13", "janu", "1-2-3"])
    func refusesMonths(_ text: String) { #expect(throws: UserError.self) { try readMonths(text) } }

    @Test(arguments: ["", "0", "32", "-32", "1-", "7-1", "-1--7", "1-2-3", "--1", "001", "1 - 2"])
    func refusesDays(_ text: String) { #expect(throws: UserError.self) { try readDaysOfMonth(text) } }

    @Test(arguments: ["", "22", "24:00", "12:60", "12:00:60", "1:2:3:4", "+1:00", "a:b", ":", "012:00"])
    func refusesTimes(_ text: String) { #expect(throws: UserError.self) { try readTimeOfDay(text) } }

    @Test func readsThemInAnyForm() throws {
        #expect(try readWeekdays("Mon") == 0b10)
        #expect(try readWeekdays("FRIDAY-mon") == 0b110_0011)
        #expect(try readMonths("nov-feb") == 0b1100_0000_0011)
        #expect(try readMonths("3") == 0b100)
        #expect(try readTimeOfDay("7:05") == 25_500)
        #expect(try readTimeOfDay("23:59:59") == 86_399)
    }
}
