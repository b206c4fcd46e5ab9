/// A time as clients of the query API give it, to the nanosecond: the range of a query is counted in steps before it is cut down
/// to milliseconds.
public struct PreciseTime: Sendable, Hashable {
    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64
    /// What comes on top, less than a second.
    public var nanoseconds: Int64

    /// A time; nanoseconds beyond a second are carried over.
    public init(seconds: Int64, nanoseconds: Int64) {
        let carry = floorDivide(nanoseconds, by: 1_000_000_000)
        // Far beyond all times there are samples of.
        self.seconds = seconds.addingReportingOverflow(carry).overflow ? seconds : seconds + carry
        self.nanoseconds = nanoseconds - carry * 1_000_000_000
    }

    /// A time in milliseconds.
    public init(milliseconds: Int64) {
        let seconds = floorDivide(milliseconds, by: 1000)
        self.init(seconds: seconds, nanoseconds: (milliseconds - seconds * 1000) * 1_000_000)
    }

    /// In milliseconds, rounded down; as far as that number goes.
    public var milliseconds: Int64 {
        let (whole, tooFar) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflow) = whole.addingReportingOverflow(nanoseconds / 1_000_000)
        return tooFar || overflow ? (seconds < 0 ? .min : .max) : sum
    }

    /// How many nanoseconds come after another time; as many as fit, where it is more.
    public func nanoseconds(since other: PreciseTime) -> Int64 {
        let (seconds, tooFar) = seconds.subtractingReportingOverflow(other.seconds)
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, beyond) = whole.addingReportingOverflow(nanoseconds - other.nanoseconds)
        return tooFar || overflow || beyond ? (self < other ? .min : .max) : sum
    }
}

extension PreciseTime: Comparable {
    /// The earlier one is less.
    public static func < (a: PreciseTime, b: PreciseTime) -> Bool {
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
    }
}

extension PreciseTime {
    /// The first time of a range that is not given, as Prometheus has it.
    public static let earliest = PreciseTime(seconds: -9_223_309_901_257_974, nanoseconds: 0)
    /// The last time of a range that is not given.
    public static let latest = PreciseTime(seconds: 9_223_309_901_257_974, nanoseconds: 999_999_999)

    /// Reads seconds since 1970, or RFC 3339; nil when it is neither.
    public init?(_ text: String) {
        if let seconds = readFloat(text) {
            guard let whole = Int64(exactly: seconds.rounded(.towardZero)) else { return nil }
            // A double has no room for nanoseconds behind a time of our days: what is behind the milliseconds is noise.
            let fraction = ((seconds - Double(whole)) * 1000).rounded() / 1000
            self.init(seconds: whole, nanoseconds: Int64(fraction * 1e9))
            return
        }
        // Clients write the two ends as Go prints them; RFC 3339 has four digits for a year.
        switch text {
        case "-292273086-05-16T16:47:06Z": self = .earliest
        case "292277025-08-18T07:12:54.999999999Z": self = .latest
        default:
            guard let time = readRFC3339(text) else { return nil }
            self = time
        }
    }
}

/// A number as Go's `strconv.ParseFloat` reads it; nil when it is none.
public func readFloat(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { utf8 in
        switch readNumber(UnsafeRawBufferPointer(utf8)) {
        case .decimal(let decimal):
            let value = decimal.double
            return value.isFinite ? value : nil
        case .other(let value): return value
        case nil: return nil
        }
    }
}

/// `2015-07-01T20:10:51.781Z`, with any fraction and any offset.
private func readRFC3339(_ text: String) -> PreciseTime? {
    var rest = Array(text.utf8)[...]
    guard let year = number(&rest, 4), take("-", &rest), let month = number(&rest, 2), take("-", &rest),
        let day = number(&rest, 2), take("T", &rest), let hour = number(&rest, 2), take(":", &rest),
        let minute = number(&rest, 2), take(":", &rest), let second = number(&rest, 2),
        let nanoseconds = fraction(&rest), let offset = offset(&rest), rest.isEmpty
    else { return nil }
    let date = CivilDate(year: year, month: month, day: day)
    let days = daysSince1970(date)
    // A date that there is comes out as it went in.
    guard (1...12).contains(month), civilDate(daysSince1970: days) == date, hour < 24, minute < 60, second < 60 else {
        return nil
    }
    return PreciseTime(
        seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
}

private func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
}

/// A number of so many digits.
private func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int) -> Int64? {
    let taken = rest.prefix(digits)
    guard taken.count == digits, taken.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
    rest = rest.dropFirst(digits)
    return taken.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
}

/// The nanoseconds behind a point, 0 without one; what is finer is left out.
private func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    guard take(".", &rest) || take(",", &rest) else { return 0 }
    let digits = rest.prefix { $0 &- 0x30 < 10 }
    if digits.isEmpty { return nil }
    rest = rest[digits.endIndex...]
    var nanoseconds: Int64 = 0
    var weight: Int64 = 100_000_000
    for digit in digits {
        nanoseconds += Int64(digit &- 0x30) * weight
        weight /= 10
    }
    return nanoseconds
}

/// `Z`, or `+02:00`, in seconds.
private func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    if take("Z", &rest) { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard isWest ? take("-", &rest) : take("+", &rest), let hours = number(&rest, 2), take(":", &rest),
        let minutes = number(&rest, 2), hours <= 24, minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
}
