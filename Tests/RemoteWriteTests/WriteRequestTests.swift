import Model
import RemoteWrite
import Testing
import WriteBodies

@Suite struct WriteRequestTests {
    @Test func seriesAndSamplesAreRead() throws {
        var body = WriteBody([
            ([("__name__", "up"), ("job", "a")], [Sample(1000, 1), Sample(-5, .infinity)]),
            ([("zone", "é"), ("__name__", "temp"), ("empty", "")], [Sample(2000, staleMarker)]),
        ])
        body.add(metadata: 1, "temp", help: "How warm.", unit: "celsius")
        let request = try WriteRequest(message: try SnappyBlock(body.packed).unpack())
        #expect(request.sampleCount == 3)
        var found: [(Labels, [(Int64, UInt64)])] = []
        try request.forEachSeries { series in
            var samples: [(Int64, UInt64)] = []
            try series.forEachSample { samples.append(($0.timestamp, $0.value.bitPattern)) }
            found.append((try series.labels(), samples))
        }
        #expect(found.map(\.0) == [["__name__": "up", "job": "a"], ["__name__": "temp", "zone": "é"]])
        #expect(found[0].1.map(\.0) == [1000, -5])
        #expect(found[1].1.map(\.1) == [staleMarker.bitPattern])
        #expect(request.metadata.map(\.family) == ["temp"])
        #expect(request.metadata.map(\.type) == ["counter"])
        #expect(request.metadata.map(\.help) == ["How warm."])
        #expect(request.metadata.map(\.unit) == ["celsius"])
    }
}

@Suite struct DamagedRequestTests {
    private static let sample = delimited(2, sampleMessage(Sample(1, 1)))
    private static let name = delimited(1, delimited(1, Array("__name__".utf8)) + delimited(2, Array("m".utf8)))

    private static func label(_ name: [UInt8], _ value: [UInt8] = Array("x".utf8)) -> [UInt8] {
        delimited(1, delimited(1, name) + delimited(2, value))
    }

    /// Messages, and what is said about them; nil where nothing is wrong.
    static let table: [([UInt8], String?)] = [
        ([], nil),
        (delimited(1, name + sample), nil),
        (delimited(1, sample + name), nil),
        // What nobody knows is passed over, in all forms.
        (delimited(1, name + varint(9 << 3) + varint(.max) + sample), nil),
        (delimited(1, name + varint(9 << 3 | 1) + [UInt8](repeating: 7, count: 8)), nil),
        (delimited(1, name + varint(9 << 3 | 5) + [UInt8](repeating: 7, count: 4)), nil),
        (delimited(15, [1, 2, 3]), nil),
        // A label may be empty, which is none.
        (delimited(1, name + label(Array("a".utf8), [])), nil),
        (delimited(1, label(Array("é".utf8), Array("日本".utf8)) + name), nil),

        ([0x0a], "it ends within a number"),
        ([0x0a, 0x80], "it ends within a number"),
        ([0x0a, 0x01], "it ends within a field"),
        ([0x0a] + varint(.max), "it ends within a field"),
        ([0x0a] + varint(1 << 63), "it ends within a field"),
        ([UInt8](repeating: 0xff, count: 11), "a number of more than 64 bits"),
        ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02], "a number of more than 64 bits"),
        ([0x00], "a field of no known form"),
        ([0x0b], "a field of no known form"),
        ([0x0c], "a field of no known form"),
        ([0x0e], "a field of no known form"),
        (varint(1 << 32 | 2), "a field of no known form"),
        (delimited(1, name + delimited(2, [0x09, 1, 2, 3])), "it ends within a number"),
        (delimited(1, name + varint(9 << 3 | 5) + [1, 2]), "it ends within a number"),
        (delimited(3, delimited(2, [0xff])), "metadata that is no UTF-8"),

        (delimited(1, []), "a series has no name"),
        (delimited(1, sample), "a series has no name"),
        (delimited(1, label(Array("__name__".utf8), [])), "a series has no name"),
        (delimited(1, name + label([])), "a label has no name"),
        (delimited(1, name + name), #"the label "__name__" stands twice"#),
        (
            delimited(1, label(Array("b".utf8)) + name + label(Array("a".utf8)) + label(Array("b".utf8))),
            #"the label "b" stands twice"#
        ),
        (delimited(1, name + label([0xff])), "is no UTF-8"),
        (delimited(1, name + label(Array("abcdefgh".utf8), Array("abcdefgh".utf8) + [0xc3])), "is no UTF-8"),
        (delimited(1, name + label(Array("a\0b".utf8))), "a zero byte"),
        (delimited(1, name + label(Array("a".utf8), Array("01234567\0".utf8))), "a zero byte"),
    ]

    @Test(arguments: table) func whatIsWrongIsSaid(message: [UInt8], reason: String?) throws {
        do throws(UserError) {
            _ = try WriteRequest(message: message)
            #expect(reason == nil)
        } catch {
            let reason = try #require(reason, "\(error)")
            #expect(error.message.contains(reason), "\(error)")
            #expect(error.message.hasPrefix("cannot "))
        }
    }

    /// Nothing of a damaged request is seen, however far it is sound.
    @Test func everyBeginningOfARequestIsRefusedOrWhole() throws {
        let whole = WriteBody([
            ([("__name__", "a"), ("job", "x")], [Sample(1, 1), Sample(2, 2)]), ([("__name__", "b")], [Sample(3, 3)]),
        ]).message
        var sound: [Int] = []
        for length in 0...whole.count where (try? WriteRequest(message: Array(whole[..<length]))) != nil {
            sound.append(length)
        }
        #expect(sound == [0, Int(whole[1]) + 2, whole.count])
    }

    /// A sender that writes a series otherwise is understood as well, and has one text for one series.
    @Test func labelsMayStandAnywhere() throws {
        func text(_ series: [UInt8]) throws -> [UInt8] {
            var found: [UInt8] = []
            try WriteRequest(message: delimited(1, series)).forEachSeries { series in
                found = try series.withLabelText { Array($0) }
            }
            return found
        }
        let other = Self.label(Array("z".utf8))
        #expect(try text(Self.name + other + Self.sample) == Self.name + other)
        #expect(try text(Self.name + Self.sample + Self.sample + other) == Self.name + other)
        #expect(try text(Self.sample + Self.name) == Self.name)
    }

    @Test(arguments: [0, 1, 60, 64, 1000, 100_000]) func blocksAreUnpacked(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let block = try SnappyBlock(snappy(bytes))
        #expect(block.size == length)
        #expect(try block.unpack() == bytes)
    }

    @Test(arguments: [[], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], [5, 0], [200, 1, 0x01]] as [[UInt8]])
    func damagedBlocksAreRefused(bytes: [UInt8]) {
        #expect(throws: UserError.self) { _ = try SnappyBlock(bytes).unpack() }
    }
}
