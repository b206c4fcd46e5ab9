import Model
import Templates
import Testing

/// Templates that were damaged: whatever becomes of them, it is a text or a sentence.
@Suite("Garbage")
struct GarbageTests {
    /// A generator whose numbers are the same every time.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let pieces = [
        "{{", "}}", "{{-", "-}}", "(", ")", "|", "$", "$x", ":=", "=", ",", ".", "\"", "`", "'", "\\", "end", "if",
        "range",
        "else", "define", "template", "block", "break", "with", "%", "%d", "%[9]*.*d", "-1", "1e9",
        "99999999999999999999", "nil", "\u{301}",
        "é", "\u{1F600}", "\n", " ", "print", "args", "index", "slice", "query", "tmpl", "\u{0}", "0x", "_", "/*", "*/",
    ]

    @Test func endsNothing() {
        let seeds = [
            Confirmed.language, Confirmed.printf, Confirmed.humanize, Confirmed.times, Confirmed.queries,
            Confirmed.patterns,
            Confirmed.functions,
        ].flatMap { $0 }.map(\.0)
        var numbers = Numbers(state: 4)
        for _ in 0..<20_000 {
            var bytes = Array((seeds.randomElement(using: &numbers) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let place = Int.random(in: 0...bytes.count, using: &numbers)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...9, using: &numbers)))
                case 1: bytes.insert(contentsOf: (Self.pieces.randomElement(using: &numbers) ?? "").utf8, at: place)
                case 2: bytes.insert(contentsOf: (seeds.randomElement(using: &numbers) ?? "").utf8, at: place)
                default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &numbers) }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let sentence = mistake(text) {
                #expect(sentence.contains(": cannot "), "\(text)")
                #expect(!sentence.contains("TemplateFault"), "\(text)")
            }
        }
    }
}
