import Model
import Testing

@testable import HTTPAPI

@Suite("Durations of requests")
struct APIDurationTests {
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
