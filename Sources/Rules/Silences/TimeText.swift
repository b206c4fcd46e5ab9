import Model

/// The times that can be written with four digits for the year, in Unix milliseconds: what comes from outside is kept within
/// them, so that it can be computed with.
let writableTimes: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

/// Reads a time in RFC 3339, such as `2026-12-24T18:00:00+01:00`, in Unix milliseconds.
func readTime(_ text: String) throws(UserError) -> Int64 {
    // What `PreciseTime` takes besides, seconds since 1970, has no T.
    guard text.utf8.contains(UInt8(ascii: "T")), let time = PreciseTime(text),
        writableTimes.contains(time.milliseconds)
    else {
        throw UserError(
            "cannot read time \(quoted(String(text.prefix(64)))): expected RFC 3339, as in 2026-12-24T18:00:00+01:00")
    }
    return time.milliseconds
}
