import Model
import Testing

@testable import Collectors
@testable import Store

@Suite struct ColumnCacheTests {
    private func with<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Array(text.utf8).withUnsafeBytes(body)
    }

    private func series(_ number: Int) -> String {
        String(repeating: "x", count: number % 19) + "metric{n=\"\(number)\"}"
    }

    private func column(_ number: Int) -> TargetAppender.Column {
        TargetAppender.Column(packed: Int64(number) << 1 | Int64(number & 1), pin: pins[number >> 7])
    }

    private let pins = (0..<100).map { _ in BlockPin() }

    @Test(arguments: [0, 1, 5000, 20_000]) func manyTextsAreKept(room: Int) {
        var cache = ColumnCache(key: .random(), room: room)
        for number in 0..<10_000 {
            #expect(with(series(number)) { cache.find($0) } == nil)
            with(series(number)) { cache.set($0, number % 7 == 0 ? nil : column(number)) }
        }
        #expect(cache.count == 10_000)
        cache.trim()
        for number in 0..<10_000 {
            guard case .some(let found) = with(series(number), { cache.find($0) }) else {
                Issue.record("\(series(number)) is lost")
                continue
            }
            #expect(found?.packed == (number % 7 == 0 ? nil : column(number).packed))
            #expect(found.map { $0.pin === pins[number >> 7] } ?? true)
        }
        #expect(with(series(10_001)) { cache.find($0) } == nil)
        #expect(cache.byteCount <= 25 * 10_000, "\(cache.byteCount)")
    }

    @Test func theLastWordCounts() {
        var cache = ColumnCache(key: .random())
        with("a") { cache.set($0, nil) }
        with("a") { cache.set($0, column(3)) }
        #expect(cache.count == 1)
        #expect(with("a") { cache.find($0) } == .some(.some(column(3))))
        with("a") { cache.set($0, nil) }
        #expect(with("a") { cache.find($0) } == .some(nil))
    }

    /// Texts that differ in their lengths, or in their last bytes, only.
    @Test func similarTextsStayApart() {
        var cache = ColumnCache(key: .random())
        let texts =
            (0...40).map { String(repeating: "\0", count: $0) }
            + (1...40).map { String(repeating: "a", count: $0) } + (0..<40).map { "abcdefgh\u{1}\($0)" }
        for (number, text) in texts.enumerated() { with(text) { cache.set($0, column(number)) } }
        #expect(cache.count == texts.count)
        for (number, text) in texts.enumerated() {
            #expect(with(text) { cache.find($0) } == .some(.some(column(number))))
        }
    }

    @Test func columnsOutliveTheirTexts() {
        var cache = ColumnCache(key: .random())
        with("a") { cache.set($0, column(300)) }
        cache.forgetTexts()
        #expect(with("a") { cache.find($0) } == nil)
        #expect(cache.column(packed: column(300).packed)?.pin === pins[2])
        #expect(cache.column(packed: 4000) == nil)
        with("b") { cache.set($0, column(1)) }
        #expect(cache.count == 1)
    }
}
