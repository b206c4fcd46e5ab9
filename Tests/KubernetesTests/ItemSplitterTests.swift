import Model
import Testing

@testable import Kubernetes

@Suite("A list that is taken apart while it comes")
struct ItemSplitterTests {
    private func split(_ text: String, in pieces: Int) throws -> (items: [String], around: String) {
        var splitter = ItemSplitter()
        var items: [String] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let end = min(at + pieces, bytes.count)
            try splitter.add(Array(bytes[at..<end])) { items.append(String(decoding: $0, as: UTF8.self)) }
            at = end
        }
        return (items, "\(try splitter.around())")
    }

    static let lists: [(text: String, items: [String])] = [
        (#"{"metadata":{"resourceVersion":"5"},"items":[]}"#, []),
        (
            #"{"items":[{"a":1},{"b":[{"c":{}}]}],"metadata":{"resourceVersion":"5"}}"#,
            [#"{"a":1}"#, #"{"b":[{"c":{}}]}"#]
        ),
        (
            #"{"metadata":{"items":[{"no":1}],"resourceVersion":"5"}, "items" : [ {"a":"}]\"{[\\"} , {"b":"é"} ] }"#,
            [#"{"a":"}]\"{[\\"}"#, #"{"b":"é"}"#]
        ),
        (#"{"metadata":{"resourceVersion":"5"},"items":null}"#, []),
        (#"{"metadata":{"resourceVersion":"5"},"other":[{"a":1}]}"#, []),
    ]

    @Test("has the same items however it comes", arguments: lists.indices)
    func pieces(index: Int) throws {
        let (text, items) = Self.lists[index]
        for size in [1, 2, 3, 7, 1000] {
            let found = try split(text, in: size)
            #expect(found.items == items, "\(size) bytes at a time")
            #expect(found.around.contains("resourceVersion") && found.around.contains(#""5""#), "\(found.around)")
        }
    }

    @Test("is refused when an item or what is around them has no end")
    func endless() {
        var splitter = ItemSplitter()
        #expect(throws: UserError.self) {
            try splitter.add(Array(#"{"items":[{"a":""#.utf8)) { _ in }
            for _ in 0..<200 { try splitter.add([UInt8](repeating: 0x61, count: 64 << 10)) { _ in } }
        }
        var other = ItemSplitter()
        #expect(throws: UserError.self) {
            for _ in 0..<200 { try other.add([UInt8](repeating: 0x20, count: 64 << 10)) { _ in } }
        }
    }

    @Test("stands any bytes")
    func hostile() {
        for _ in 0..<2000 {
            var splitter = ItemSplitter()
            let bytes = (0..<40).map { _ in Array(#"{}[]",:\items"#.utf8).randomElement() ?? 0 }
            do {
                try splitter.add(Array(#"{"items":["#.utf8) + bytes) { _ in }
                _ = try splitter.around()
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
    }
}
