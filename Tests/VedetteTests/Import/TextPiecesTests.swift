import Glibc
import Testing

@testable import Vedette

/// A descriptor from which a text can be read.
private func withDescriptor<Result>(_ text: [UInt8], _ body: (Int32) throws -> Result) throws -> Result {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    fwrite(text, 1, text.count, file)
    fflush(file)
    lseek(fileno(file), 0, SEEK_SET)
    return try body(fileno(file))
}

@Suite struct TextPiecesTests {
    private func pieces(_ text: [UInt8]) throws -> [(bytes: [UInt8], position: Int64, isLast: Bool)] {
        try withDescriptor(text) { descriptor in
            let reader = TextPieces(descriptor, name: "a", position: 0)
            var found: [(bytes: [UInt8], position: Int64, isLast: Bool)] = []
            while let piece = try reader.next() {
                found.append((Array(piece.body[0..<piece.body.count]), piece.position, piece.isLast))
                // The reader of lines looks ahead.
                #expect(
                    (0..<64).allSatisfy {
                        piece.body.start.load(fromByteOffset: piece.body.count + $0, as: UInt8.self) == 0
                    })
            }
            return found
        }
    }

    @Test func aSmallTextIsOnePiece() throws {
        let found = try pieces(Array("a\nb".utf8))
        #expect(found.map(\.bytes) == [Array("a\nb".utf8)])
        #expect(found.last?.isLast == true)
    }

    @Test func nothingIsAnEmptyPiece() throws {
        let found = try pieces([])
        #expect(found.map(\.bytes) == [[]])
        #expect(found.last?.isLast == true)
    }

    @Test func piecesAreWholeLines() throws {
        var text: [UInt8] = []
        for line in 0..<200_000 { text.append(contentsOf: "line \(line) of many\n".utf8) }
        let found = try pieces(text)
        #expect(found.count > 2)
        #expect(found.flatMap(\.bytes) == text)
        #expect(found.dropLast().allSatisfy { $0.bytes.last == 0x0a && !$0.isLast })
        var position: Int64 = 0
        for piece in found {
            #expect(piece.position == position)
            position += Int64(piece.bytes.count)
        }
    }

    @Test func aLineLongerThanAPieceIsRead() throws {
        let text = Array("short\n".utf8) + Array(repeating: 0x78, count: 5 << 20) + Array("\nend\n".utf8)
        #expect(try pieces(text).flatMap(\.bytes) == text)
    }
}

@Suite struct SeriesNumbersTests {
    @Test func textsAreFoundInEveryOrder() {
        var numbers = SeriesNumbers()
        let texts = (0..<5000).map { Array("metric_\($0 % 97){label=\"\($0)\"}".utf8) }
        for (index, text) in texts.enumerated() {
            text.withUnsafeBytes {
                #expect(numbers.find($0) == nil)
                numbers.add($0, Int64(index))
            }
        }
        for order in [Array(texts.indices), texts.indices.reversed(), texts.indices.map { $0 * 7919 % texts.count }] {
            for index in order { #expect(texts[index].withUnsafeBytes { numbers.find($0) } == Int64(index)) }
        }
        #expect(Array("metric".utf8).withUnsafeBytes { numbers.find($0) } == nil)
    }
}
