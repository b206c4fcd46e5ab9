import Testing

@testable import Actions

@Suite("The end of an output")
struct TailTests {
    @Test(
        "begins with a whole character, and is no longer than it may be",
        arguments: [
            ("", 4, ""), ("abcd", 4, "abcd"), ("abcde", 4, "bcde"), ("aéé", 4, "éé"), ("aéb日", 5, "b日"), ("日日", 4, "日"),
            ("🎠🎠", 7, "🎠"), ("🎠", 3, ""),
        ])
    func text(text: String, limit: Int, tail: String) { #expect(tailText(text.utf8, limit: limit) == tail) }

    @Test("of bytes that are no text is shown as such, within the limit")
    func noText() {
        #expect(tailText([0xff, 0x61], limit: 10) == "\u{fffd}a")
        #expect(tailText([UInt8](repeating: 0xff, count: 100), limit: 100).utf8.count == 99)
    }

    @Test("keeps the last bytes, however they come", arguments: [1, 3, 7, 64, 1000])
    func pieces(size: Int) {
        var tail = Tail(limit: 64)
        let all = (0..<1000).map { UInt8($0 % 251) }
        var rest = all[...]
        while !rest.isEmpty {
            tail.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        #expect(tail.bytes == all.suffix(64))
    }
}
