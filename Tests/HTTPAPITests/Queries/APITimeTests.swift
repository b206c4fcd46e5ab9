import Model
import Testing

@testable import HTTPAPI

@Suite("Times and durations of requests")
struct APITimeTests {
    @Test(
        "are read as Prometheus reads them",
        arguments: [
            ("0", 0), ("1435781451.781", 1_435_781_451_781), ("1435781451.7814", 1_435_781_451_781),
            ("1435781451.7816", 1_435_781_451_782), ("-1.5", -1500), ("1e3", 1_000_000), ("0x10p0", 16_000),
            ("2015-07-01T20:10:51.781Z", 1_435_781_451_781), ("2015-07-01T22:10:51.781+02:00", 1_435_781_451_781),
            ("2015-07-01T14:40:51,781999999-05:30", 1_435_781_451_781), ("1969-12-31T23:59:59.999Z", -1),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("-9223309901257974", -9_223_309_901_257_974_000),
            ("-292273086-05-16T16:47:06Z", -9_223_309_901_257_974_000),
            ("292277025-08-18T07:12:54.999999999Z", 9_223_309_901_257_974_999),
        ] as [(String, Int64)])
    func times(text: String, milliseconds: Int64) { #expect(APITime(text)?.milliseconds == milliseconds) }

    @Test(
        "are no times",
        arguments: [
            "", "x", "NaN", "Inf", "1e300", "2015-07-01", "2015-07-01T20:10:51", "2015-07-01T20:10Z",
            "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-00-01T00:00:00Z", "2015-01-01T24:00:00Z",
            "2015-01-01T00:60:00Z", "2015-01-01T00:00:60Z", "2015-01-01T00:00:00.Z", "2015-01-01 00:00:00Z",
            "2015-01-01T00:00:00+25:00", "2015-01-01T00:00:00+01:60", "2015-01-01T00:00:00Zx", "1_000s",
        ])
    func noTimes(text: String) { #expect(APITime(text) == nil) }

    @Test("are told apart to the nanosecond")
    func order() throws {
        let a = try #require(APITime("2015-01-01T00:00:00.000000001Z"))
        let b = try #require(APITime("2015-01-01T00:00:00.000000002Z"))
        #expect(a < b)
        #expect(b.nanoseconds(since: a) == 1)
        #expect(APITime.latest.nanoseconds(since: .earliest) == .max)
        #expect(APITime(seconds: .max, nanoseconds: 2_000_000_000).milliseconds == .max)
    }

    @Test(
        "durations have units or are seconds",
        arguments: [
            ("1", 1_000_000_000), ("0.5", 500_000_000), ("1h30m", 5_400_000_000_000), ("100ms", 100_000_000),
            ("-1", -1_000_000_000), ("0", 0), ("NaN", .min), ("1e-9", 1), ("1e-10", 0),
        ] as [(String, Int64)])
    func durations(text: String, nanoseconds: Int64) throws { #expect(try readAPIDuration(text) == nanoseconds) }

    @Test("are no durations", arguments: ["", "x", "1x", "1m1h", "300y", "-5m", "1.5h"])
    func noDurations(text: String) {
        #expect(throws: UserError("cannot parse \(quotedAsGo(text)) to a valid duration")) {
            try readAPIDuration(text)
        }
    }
}
