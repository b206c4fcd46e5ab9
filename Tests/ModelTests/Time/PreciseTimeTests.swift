import Model
import Testing

@Suite("Times to the nanosecond")
struct PreciseTimeTests {
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
    func times(text: String, milliseconds: Int64) { #expect(PreciseTime(text)?.milliseconds == milliseconds) }

    @Test(
        "are no times",
        arguments: [
            "", "x", "NaN", "Inf", "1e300", "2015-07-01", "2015-07-01T20:10:51", "2015-07-01T20:10Z",
            "2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-00-01T00:00:00Z", "2015-01-01T24:00:00Z",
            "2015-01-01T00:60:00Z", "2015-01-01T00:00:60Z", "2015-01-01T00:00:00.Z", "2015-01-01 00:00:00Z",
            "2015-01-01T00:00:00+25:00", "2015-01-01T00:00:00+01:60", "2015-01-01T00:00:00Zx", "1_000s",
        ])
    func noTimes(text: String) { #expect(PreciseTime(text) == nil) }

    @Test("are told apart to the nanosecond")
    func order() throws {
        let a = try #require(PreciseTime("2015-01-01T00:00:00.000000001Z"))
        let b = try #require(PreciseTime("2015-01-01T00:00:00.000000002Z"))
        #expect(a < b)
        #expect(b.nanoseconds(since: a) == 1)
        #expect(PreciseTime.latest.nanoseconds(since: .earliest) == .max)
        #expect(PreciseTime(seconds: .max, nanoseconds: 2_000_000_000).milliseconds == .max)
    }
}
