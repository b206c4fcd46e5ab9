import Model

/// A time on the command line: Unix seconds, ISO 8601, `now`, or how long ago it was (`-1h`). In Unix milliseconds.
func parseTime(_ text: String, now: Int64) throws(UserError) -> Int64 {
    if text == "now" { return now }
    if text.hasPrefix("-"), let ago = try? parseDuration(String(text.dropFirst())) { return now &- ago }
    if let time = PreciseTime(text), time.seconds.magnitude < 1 << 40 { return time.milliseconds }
    throw UserError(
        "cannot read time \(quoted(text)): expected Unix seconds, 2026-11-21T06:35:14Z, now, or -1h for an hour ago")
}

/// A duration on the command line: `1h30m`, or seconds. In milliseconds.
func parseLength(_ text: String) throws(UserError) -> Int64 {
    if let seconds = readFloat(text), seconds > 0, seconds < 1e10 {
        return max(1, Int64((seconds * 1000).rounded()))
    }
    let length = try parseDuration(text)
    if length <= 0 { throw UserError("cannot use duration \(quoted(text)): it must be more than 0") }
    return length
}

/// When a query from the command line is evaluated.
enum QueryTimes: Equatable {
    case instant(Int64)
    case range(from: Int64, to: Int64, step: Int64)

    /// About as many steps as a chart has dots across.
    private static let usualSteps: Int64 = 240

    /// From the options; what is not given is chosen so that the answer is worth looking at.
    init(time: String?, start: String?, end: String?, step: String?, now: Int64) throws {
        if start == nil, end == nil, step == nil {
            self = .instant(try time.map { text throws(UserError) in try parseTime(text, now: now) } ?? now)
            return
        }
        guard time == nil else {
            throw UsageError(message: "--time is for one time, --start, --end and --step for many")
        }
        guard let start else { throw UsageError(message: "--start is missing") }
        let from = try parseTime(start, now: now)
        let to = try end.map { text throws(UserError) in try parseTime(text, now: now) } ?? now
        guard from <= to else { throw UserError("cannot query a range whose end is before its start") }
        let step = try step.map(parseLength) ?? max(1000, (to - from) / Self.usualSteps / 1000 * 1000)
        guard (to - from) / step < 11_000 else {
            throw UserError("cannot query more than 11,000 steps: give a longer --step")
        }
        self = .range(from: from, to: to, step: step)
    }
}
