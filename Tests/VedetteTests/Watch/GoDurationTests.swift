import Model
import Testing

@testable import Vedette

private func reading(_ text: String) -> String {
    do throws(UserError) {
        return String(try readGoDuration(text))
    } catch {
        return "wrong: \(error.message)"
    }
}

@Suite("Durations as Go writes them")
struct GoDurationTests {
    @Test(arguments: [
        ("0", 0), ("0s", 0), ("+0", 0), ("-0", 0), ("1s", 1000), ("1m30s", 90_000), ("500ms", 500), ("1.5h", 5_400_000),
        ("1h0m0s", 3_600_000), ("2h45m30.5s", 9_930_500), ("+5s", 5000), ("-1m", -60_000), (".5s", 500), ("1.s", 1000),
        ("1s1h", 3_601_000), ("1m1m", 120_000), ("100us", 0), ("600\u{b5}s", 1), ("1500\u{3bc}s", 2), ("1000000ns", 1),
        ("24h", 86_400_000), ("2562047h", 9_223_369_200_000), ("0.000000001h", 0), ("00012s", 12_000),
    ])
    func reads(text: String, milliseconds: Int64) { #expect(reading(text) == String(milliseconds)) }

    @Test(arguments: [
        "", "s", "-", "+", ".", ".s", "1..5s", "1.2.3s", "1d", "1 s", " 1s", "1s ", "1S", "1sec", "x", "1h30", "--1s",
        "1e3s",
        "nan", "infs", "1\u{0}s", "\u{ff11}s",
    ])
    func refuses(text: String) { #expect(reading(text).hasPrefix("wrong: \(quoted(text)) is no duration")) }

    @Test("says that a unit is missing", arguments: ["5", "30", "1.5"])
    func unit(text: String) {
        #expect(reading(text) == "wrong: \"\(text)\" is no duration: a unit is missing, as in \(text)s")
    }

    @Test("refuses what no clock reaches", arguments: ["2562048h", "1" + String(repeating: "0", count: 400) + "h"])
    func range(text: String) { #expect(reading(text).hasSuffix("is no duration: it is out of range")) }

    @Test("copes with a text without end")
    func long() {
        #expect(reading(String(repeating: "1h", count: 100_000)) == "360000000000")
        #expect(reading(String(repeating: "9", count: 1 << 20)).hasPrefix("wrong:"))
    }
}
