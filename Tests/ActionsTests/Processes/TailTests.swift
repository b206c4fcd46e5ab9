import CPlatform
import Glibc
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

    @Test("is read up to an amount from a pipe that is full")
    func drains() {
        var reading: Int32 = -1
        var writing: Int32 = -1
        #expect(platform_pipe(&reading, &writing) == 0)
        defer { close(reading) }
        var block = [UInt8](repeating: 1, count: 1000)
        for _ in 0..<60 { #expect(write(writing, block, block.count) == 1000) }
        #expect(write(writing, [2, 3] as [UInt8], 2) == 2)
        close(writing)
        var tail = Tail(limit: 3)
        tail.drain(reading, atMost: 3000, through: &block)
        #expect(tail.bytes == [1, 1, 1])
        tail.drain(reading, atMost: .max, through: &block)
        #expect(tail.bytes == [1, 2, 3])
    }
}
