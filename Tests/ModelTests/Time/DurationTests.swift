import Model
import Testing

@Suite("Durations")
struct DurationTests {
    /// What Prometheus's `model.ParseDuration` reads, and how its `String` writes it back.
    @Test(
        arguments: [
            ("0", 0, "0s"), ("0w", 0, "0s"), ("0s", 0, "0s"), ("324ms", 324, "324ms"), ("3s", 3000, "3s"),
            ("5m", 300_000, "5m"), ("1h", 3_600_000, "1h"), ("4d", 4 * 86_400_000, "4d"),
            ("4d1h", 4 * 86_400_000 + 3_600_000, "4d1h"), ("14d", 14 * 86_400_000, "2w"), ("3w", 21 * 86_400_000, "3w"),
            ("3w2d1h", 23 * 86_400_000 + 3_600_000, "23d1h"), ("10y", 3650 * 86_400_000, "10y"),
            ("1h30m", 5_400_000, "1h30m"), ("90m", 5_400_000, "1h30m"), ("1m59s", 119_000, "1m59s"),
            ("1s500ms", 1500, "1s500ms"), ("7d", 7 * 86_400_000, "1w"), ("365d", 365 * 86_400_000, "1y"),
            ("1y1d", 366 * 86_400_000, "366d"), ("00001s", 1000, "1s"),
            ("1y2w3d4h5m6s7ms", (365 + 14 + 3) * 86_400_000 + 4 * 3_600_000 + 5 * 60_000 + 6007, "382d4h5m6s7ms"),
        ] as [(String, Int64, String)])
    func readsAndWritesAsPrometheus(text: String, milliseconds: Int64, written: String) throws {
        #expect(try parseDuration(text) == milliseconds)
        #expect(formatDuration(milliseconds) == written)
        #expect(try parseDuration(written) == milliseconds)
    }

    @Test(arguments: [
        "", "1", "-1w", "1.5d", "d", "1h1h", "1m1h", "1s1m", "1ms1s", "1 h", " 1h", "1h ", "1H", "1x", "1hm", "0x1s",
        "1us", "+1s", "1e3s", "１s", "1m\u{301}", "--1s",
    ])
    func refusesAsPrometheus(text: String) {
        #expect(throws: UserError.self) { try parseDuration(text) }
    }

    @Test func reachesFartherThanPrometheus() throws {
        // In milliseconds there is room for 292 million years, where Prometheus's nanoseconds end after 292.
        #expect(try parseDuration("294y") == 294 * 365 * 86_400_000)
    }

    @Test(arguments: ["300000000000y", "9223372036854775807s", "292471208y365d", "99999999999999999999ms"])
    func tooLargeIsAnErrorAndNoTrap(text: String) throws {
        let error = #expect(throws: UserError.self) { try parseDuration(text) }
        #expect(error?.message.contains("out of range") == true)
    }

    @Test(arguments: [(-1500, "-1s500ms"), (.min, "-106751991167d7h12m55s808ms")] as [(Int64, String)])
    func negativeOnesAreWritten(milliseconds: Int64, want: String) {
        #expect(formatDuration(milliseconds) == want)
    }
}
