import Glibc
import Testing

@testable import Model

/// Reads a text as a number.
private func read(_ text: String) -> NumberToken? {
    Array(text.utf8).withUnsafeBytes { readNumber($0) }
}

@Suite("Reading numbers")
struct NumberReaderTests {
    @Test(
        "Decimals keep their digits",
        arguments: [
            ("0", false, 0, 0), ("-0", true, 0, 0), ("1", false, 1, 0), ("+1", false, 1, 0), ("007", false, 7, 0),
            ("12.50", false, 1250, -2), (".5", false, 5, -1), ("5.", false, 5, 0), ("1e3", false, 1, 3),
            ("1E+03", false, 1, 3), ("-2.5e-7", true, 25, -8), ("0.001", false, 1, -3),
            ("9223372036854775808", false, 9_223_372_036_854_775_808, 0),
            ("9999999999999999999", false, 9_999_999_999_999_999_999, 0),
            // Twenty and more digits, of which nineteen mean something.
            ("10000000000000000000", false, 1_000_000_000_000_000_000, 1),
            ("0000000000000000000000000000000000001.2e-1", false, 12, -2),
            ("0.000000000000000000000012", false, 12, -24),
            ("1e308", false, 1, 308), ("1e-400", false, 1, -400),
        ] as [(String, Bool, UInt64, Int)])
    func decimal(text: String, negative: Bool, mantissa: UInt64, exponent: Int) throws {
        guard case .decimal(let number) = try #require(read(text)) else {
            Issue.record("\(text) is not read as a decimal")
            return
        }
        #expect(number == DecimalNumber(negative: negative, mantissa: mantissa, exponent: exponent))
    }

    @Test(
        "Other forms become the double that Go reads",
        arguments: [
            ("Inf", .infinity), ("+Inf", .infinity), ("-inf", -.infinity), ("INFINITY", .infinity),
            ("-Infinity", -.infinity), ("0x1p-3", 0.125), ("0X1P+3", 8), ("-0x1.8p1", -3), ("0x.8p0", 0.5),
            ("0x1.p0", 1),
            // 2^64 has twenty digits, and leaves nothing of itself in 64 bits.
            ("18446744073709551616", 18_446_744_073_709_551_616), ("18446744073709551617", 18_446_744_073_709_551_616),
            ("0.30000000000000004440892098500626", 0.30000000000000004),
            ("0e999999999999999999999", 0), ("-1e-99999999999999999999", -0.0),
            ("179769313486231570000000000000000000001e270", .greatestFiniteMagnitude),
        ] as [(String, Double)])
    func other(text: String, value: Double) throws {
        #expect(try #require(read(text)).double.bitPattern == value.bitPattern)
    }

    @Test("NaN in any case, without a sign", arguments: ["NaN", "nan", "NAN"])
    func notANumber(text: String) throws {
        #expect(try #require(read(text)).double.isNaN)
    }

    @Test(
        "What Go refuses is refused",
        arguments: [
            "", "+", "-", ".", "e5", "1e", "1e+", "1e5x", "1x", "x", "1 ", " 1", "+-1", "1.2.3", "1,5", "1_000", "0x1",
            "0x", "0xp1", "0x1p", "0x1p+", "0x1g", "0x_1p0", "0b1", "0o7", "+nan", "-NaN", "nanx", "in", "infi",
            "infinityx", "Infx", "1e309", "-1e400", "1e99999999999999999999", "0x1p2000", "\u{663}", "1\0",
            "179769313486231590000000000000000000000e270",
        ])
    func refused(text: String) {
        #expect(read(text) == nil)
    }

    @Test("Whole numbers of any power of ten", arguments: [(1_520_430_000_123, -3, 1_520_430_000), (25, 1, 250)])
    func scaled(mantissa: UInt64, power: Int, expected: Int64) {
        let number = DecimalNumber(negative: false, mantissa: mantissa, exponent: 0)
        #expect(number.scaled(byPowerOfTen: power) == expected)
        #expect(DecimalNumber(negative: true, mantissa: mantissa, exponent: 0).scaled(byPowerOfTen: power) == -expected)
    }

    @Test("Whole numbers that do not fit, or vanish")
    func scaledBeyond() {
        #expect(DecimalNumber(negative: false, mantissa: 1, exponent: 19).scaled(byPowerOfTen: 0) == nil)
        #expect(DecimalNumber(negative: false, mantissa: 1, exponent: .max).scaled(byPowerOfTen: 3) == nil)
        #expect(DecimalNumber(negative: false, mantissa: .max, exponent: 0).scaled(byPowerOfTen: 0) == nil)
        #expect(DecimalNumber(negative: false, mantissa: 1, exponent: -30).scaled(byPowerOfTen: 3) == 0)
        #expect(DecimalNumber(negative: false, mantissa: 0, exponent: 900).scaled(byPowerOfTen: 3) == 0)
    }
}

/// The C library is the judge. `VEDETTE_LONG_TESTS` makes it a million cases of each kind.
@Suite("Numbers against strtod")
struct NumberRoundingTests {
    private static let count = getenv("VEDETTE_LONG_TESTS") == nil ? 20_000 : 1_000_000

    private func check(_ text: String) {
        let expected = strtod(text, nil)
        let value = read(text)?.double
        if value?.bitPattern != expected.bitPattern { Issue.record("\(text): \(value as Any), not \(expected)") }
    }

    @Test("17 digits of random doubles, as gauges print them")
    func gauges() {
        var random = SplitMix(seed: 1)
        for _ in 0..<Self.count {
            let value =
                Double.random(in: 0..<1, using: &random) * powerOfTen(Int.random(in: 0...12, using: &random)) / 1e6
            var text = [CChar](repeating: 0, count: 64)
            withVaList([value]) { _ = vsnprintf(&text, 64, "%.17g", $0) }
            check(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
    }

    @Test("Random digits and exponents, over the whole range and around halves")
    func digits() {
        var random = SplitMix(seed: 2)
        for _ in 0..<Self.count {
            let mantissa =
                UInt64.random(in: 0...9_999_999_999_999_999_999, using: &random)
                >> UInt64.random(in: 0...60, using: &random)
            check("\(mantissa)e\(Int.random(in: -345...288, using: &random))")
            check("\(mantissa)e\(Int.random(in: -70...70, using: &random))")
        }
    }

    @Test("Doubles printed with more digits than fit into 64 bits, and the points half way between two")
    func longDigits() {
        var random = SplitMix(seed: 3)
        for _ in 0..<Self.count / 10 {
            let value = Double(
                bitPattern: UInt64.random(in: 0x3000_0000_0000_0000..<0x5000_0000_0000_0000, using: &random))
            var text = [CChar](repeating: 0, count: 2000)
            withVaList([value]) { _ = vsnprintf(&text, 2000, "%.40e", $0) }
            check(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            // 2^53 + 1, + 3, …: exactly between two doubles.
            let odd = (UInt64(1) << 53) + UInt64.random(in: 0..<1 << 53, using: &random) | 1
            check("\(odd)")
            check("\(odd)00000000000000000000000")
            check("\(odd).00000000000000000000001")
        }
    }
}

/// A small generator with a seed, so that a failing case comes again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
