import Testing

@testable import Model

@Suite("Writing numbers")
struct NumberWriterTests {
    /// value, Go's 'g' -1, Go's 'f' -1
    @Test(
        "As Go prints them",
        arguments: [
            (0, "0", "0"), (-0.0, "-0", "-0"), (1, "1", "1"), (-1, "-1", "-1"), (10, "10", "10"),
            (100_000, "100000", "100000"), (123_456, "123456", "123456"), (1_000_000, "1e+06", "1000000"),
            (1_234_567, "1.234567e+06", "1234567"), (123_456.5, "123456.5", "123456.5"),
            (1_234_567.5, "1.2345675e+06", "1234567.5"), (0.1, "0.1", "0.1"), (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001"), (0.000012345, "1.2345e-05", "0.000012345"),
            (0.30000000000000004, "0.30000000000000004", "0.30000000000000004"),
            (1e21, "1e+21", "1000000000000000000000"), (1e100, "1e+100", "1" + String(repeating: "0", count: 100)),
            (.leastNonzeroMagnitude, "5e-324", "0." + String(repeating: "0", count: 323) + "5"),
            (
                .greatestFiniteMagnitude, "1.7976931348623157e+308",
                "17976931348623157" + String(repeating: "0", count: 292)
            ),
            (9_007_199_254_740_991, "9.007199254740991e+15", "9007199254740991"),
            (9_007_199_254_740_992, "9.007199254740992e+15", "9007199254740992"),
            (1.5204300001230001e9, "1.5204300001230001e+09", "1520430000.1230001"), (2.5e-7, "2.5e-07", "0.00000025"),
            (.infinity, "+Inf", "+Inf"), (-.infinity, "-Inf", "-Inf"), (.nan, "NaN", "NaN"), (-.nan, "NaN", "NaN"),
        ] as [(Double, String, String)])
    func likeGo(value: Double, exposition: String, api: String) {
        #expect(formatExpositionValue(value) == exposition)
        #expect(formatAPIValue(value) == api)
    }

    @Test(
        "The values of alerts have an exponent",
        arguments: [
            (0, "0e+00"), (-0.0, "-0e+00"), (1, "1e+00"), (-1500, "-1.5e+03"), (0.05, "5e-02"), (1e100, "1e+100"),
            (.leastNonzeroMagnitude, "5e-324"), (123_456_789, "1.23456789e+08"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"),
            (.nan, "NaN"),
        ] as [(Double, String)])
    func alerts(value: Double, text: String) { #expect(formatAlertValue(value) == text) }

    @Test("What is written reads back as the same double")
    func roundTrip() {
        var random = SplitMix(seed: 4)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            for text in [formatExpositionValue(value), formatAPIValue(value)] {
                let back = Array(text.utf8).withUnsafeBytes { readNumber($0)?.double }
                if back?.bitPattern != value.bitPattern { Issue.record("\(value) is written \(text)") }
            }
        }
    }

    @Test(
        "Whole numbers",
        arguments: [
            (0, "0"), (7, "7"), (-1200, "-1200"), (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ]
            as [(Int64, String)])
    func integers(number: Int64, text: String) {
        var bytes: [UInt8] = []
        appendInteger(number, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
