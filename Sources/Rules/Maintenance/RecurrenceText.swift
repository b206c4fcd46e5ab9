import Model

private let weekdayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
private let monthNames = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]

/// Reads days of the week, `mon` or `fri-mon`, as the bits of `Recurrence.weekdays`.
func readWeekdays(_ text: String) throws(UserError) -> UInt8 {
    guard let bits = readCycle(text, of: 7, { position(of: $0, in: weekdayNames) }) else {
        throw UserError("cannot read \(shown(text)): expected a day such as mon, or days such as tue-fri")
    }
    return UInt8(bits)
}

/// Reads months, `jan`, `1` or `nov-feb`, as the bits of `Recurrence.months`.
func readMonths(_ text: String) throws(UserError) -> UInt16 {
    let bits = readCycle(text, of: 12) { word in
        position(of: word, in: monthNames) ?? Int(word).flatMap { (1...12).contains($0) ? $0 - 1 : nil }
    }
    guard let bits else {
        throw UserError("cannot read \(shown(text)): expected a month such as jan or 1, or months such as nov-feb")
    }
    return UInt16(bits)
}

/// Reads days of the month: `1`, `-1` for the last, `1-7`, `-3--1`.
func readDaysOfMonth(_ text: String) throws(UserError) -> Recurrence.DayRange {
    let wrong = UserError(
        "cannot read \(shown(text)): expected a day from 1 to 31, or from -1 (the last) to -31, or days such as 1-7")
    var rest = text.utf8[...]
    guard let first = takeDay(&rest) else { throw wrong }
    var last = first
    if rest.first == UInt8(ascii: "-") {
        rest.removeFirst()
        guard let second = takeDay(&rest) else { throw wrong }
        last = second
    }
    guard rest.isEmpty else { throw wrong }
    if (first < 0) == (last < 0), first > last {
        throw UserError("cannot read \(shown(text)): the first day comes after the last")
    }
    return Recurrence.DayRange(first: first, last: last)
}

/// Reads a time of the day, `22:00` or `22:00:30`, in seconds.
func readTimeOfDay(_ text: String) throws(UserError) -> Int64 {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { part in
        part.utf8.count <= 2 && part.utf8.allSatisfy { $0 &- UInt8(ascii: "0") < 10 } ? Int64(part) : nil
    }
    guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], hour < 24, minute < 60,
        let second = parts.count == 3 ? parts[2] : 0, second < 60
    else { throw UserError("cannot read \(shown(text)): expected a time of the day such as 22:00") }
    return hour * 3600 + minute * 60 + second
}

private func shown(_ text: String) -> String { quoted(String(text.prefix(64))) }

/// The bits of one thing, or of those from one to another, round the end of the cycle if need be.
private func readCycle(_ text: String, of length: Int, _ position: (String) -> Int?) -> UInt? {
    let words = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count <= 2, let first = words.first.flatMap({ position(String($0)) }),
        let last = words.last.flatMap({ position(String($0)) })
    else { return nil }
    var bits: UInt = 1 << last
    var place = first
    while place != last {
        bits |= 1 << place
        place = (place + 1) % length
    }
    return bits
}

/// Where a name stands among others: written whole, or by its first three letters.
private func position(of word: String, in names: [String]) -> Int? {
    let word = word.lowercased()
    return names.firstIndex { $0 == word || (word.utf8.count == 3 && $0.hasPrefix(word)) }
}

private func takeDay(_ rest: inout Substring.UTF8View) -> Int64? {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    let digits = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }
    rest = rest[digits.endIndex...]
    guard digits.count <= 2, let day = Int64(Substring(digits)), (1...31).contains(day) else { return nil }
    return isNegative ? -day : day
}
