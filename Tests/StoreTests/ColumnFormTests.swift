import Foundation
import Model
import Testing

@testable import Store

/// The forms of a chunk's columns: which one is taken, and that Swift and the stock shell read from each what was written.
@Suite struct ColumnFormTests {
    private static func grid(_ columns: [[Double?]]) -> ElementGrid {
        var grid = ElementGrid()
        grid.reset(rows: columns.first?.count ?? 0)
        for (slot, column) in columns.enumerated() {
            for (row, value) in column.enumerated() {
                if let value { grid.set(Element(value), slot: slot, row: row) }
            }
        }
        return grid
    }

    private static func text(_ column: [Double?]) -> String {
        var text: [UInt8] = []
        grid([column]).withColumn(0) { appendColumn($0, $1, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private static let forms: [([Double?], String)] = [
        ([nil, nil], "null"),
        ([5, 5, 5], ###"["",0,5,0,1]"###),
        // The largest differences that one byte and two bytes say, and the characters that are left out.
        ([11, 11, 100], ###"["##~",0,11,0,1]"###),
        ([11, 11, 101], ###"["##¡",0,11,0,1]"###),
        ([11, 11, 1987], "[\"##\u{7ff}\",0,11,0,1]"),
        ([0, 0, 56, 113], ###"["##[^",0,0,0,1]"###),
        ([-3, -5, -4], ###"["##&",0,-1,-2,1]"###),
        ([nil, 7, nil, 8, staleMarker], ###"[" # #!",0,6,1,1]"###),
        ([0.25, 0.5, 0.5], ###"["#<",2,25,0,1]"###),
        // Values that share trailing zero bits, where that makes them shorter.
        ([0, 409600, 0], ###"["#U",2214,25,-25,1]"###),
        ([0, 64, 0], ###"["#%",2206,1,-1,1]"###),
        // Several letters.
        ([0, 5001, 2, 6001], ####"["###%?3###%NY",0,4999,-4999,3]"####),
        // What letters do not say, or not in short.
        ([0, 0, 0, 0, 0, 0, 0, 1e12 + 1], "[0,0,0,0,0,0,0,0,1000000000001]"),
        ([1, .nan, 2.5], ###"[1,10,"NaN",15]"###),
        ([1, -0.0], ###"[0,1,"-0"]"###),
        ([staleMarker], ###"[0,"stale"]"###),
    ]

    @Test func theShortestFormIsTaken() {
        for (column, form) in Self.forms { #expect(Self.text(column) == form) }
    }

    /// Columns of every kind.
    private static func columns(_ rows: Int, _ generator: inout SeededGenerator) -> [[Double?]] {
        var columns: [[Double?]] = []
        func add(_ value: (_ row: Int) -> Double?) { columns.append((0..<rows).map(value)) }
        func random(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &generator) }
        // Ranges of differences at the edges of letters of one byte, of two, and of several letters.
        for range: Int64 in [
            0, 1, 56, 57, 58, 88, 89, 90, 91, 127, 1975, 1976, 1977, 4095, 4096, 262_143, 262_144, 1 << 50,
        ] {
            for start: Int64 in [0, -12_345, 1 << 51] {
                var value = start
                // The ends of the range are always among the differences.
                add { row in
                    value += row % 9 == 3 ? 0 : row % 9 == 5 ? range : random(0...range)
                    if value.magnitude > 1 << 53 { value = start }
                    return Double(value)
                }
            }
            var value: Int64 = 7
            add { _ in
                value += random(-range / 2...range / 2)
                return Double(value) / 100
            }
        }
        var steps: Int64 = 1000
        for unit in [4096.0, 0x1p40, 0x1p-1074, 0x1p-1060, 0x1p900, 0x1p-30, 1e-9] {
            add { _ in
                steps += random(-300...300)
                return Double(steps) * unit
            }
        }
        // Full precision, whose shortest decimals have 15 to 17 digits; and next to short ones.
        add { _ in Double.random(in: 0..<1, using: &generator) }
        add { _ in Double.random(in: -1e-5..<1e5, using: &generator) }
        add { row in row % 3 == 0 ? Double(row) / 10 : Double.random(in: 0..<1, using: &generator) }
        add { row in row % 9 == 0 ? Double.random(in: 0..<1, using: &generator) : Double(row) / 10 }
        add { row in row == 7 ? 0.1 + 0.2 : 1e22 }
        // Extremes.
        add { row in row % 2 == 0 ? 0x1p53 : -0x1p53 }
        add { row in row % 2 == 0 ? 0x1p60 : -0x1p60 }
        add { row in row % 2 == 0 ? 0x1p63 : 1 - 0x1p53 }
        add { row in row % 2 == 0 ? .greatestFiniteMagnitude : .leastNonzeroMagnitude }
        add { row in row % 2 == 0 ? 0.5 : Double(row) * 1e15 }
        add { _ in Double(bitPattern: UInt64.random(in: 0..<0x7ff << 52, using: &generator)) }
        add { row in row == rows - 1 ? 3 : nil }
        add { row in row == 0 ? 1e-3 : nil }
        add { _ in staleMarker }
        // The same with what is no ordinary number.
        for column in columns {
            let odd: [Double?] = [nil, staleMarker, .nan, .infinity, -.infinity, -0.0]
            let allowed = odd[..<(columns.count % 3 == 0 ? 6 : 1 + columns.count % 2)]
            columns.append(
                column.map { value in
                    random(0...7) == 0 ? allowed.randomElement(using: &generator) ?? nil : value
                })
        }
        return columns
    }

    @Test(arguments: [1, 2, 3])
    func everyBitComesBack(seed: UInt64) async throws {
        var generator = SeededGenerator(seed)
        let rows = 70
        let columns = Self.columns(rows, &generator)
        let scratch = try Scratch()
        let start = scratch.clock.now() - 3_600_000
        // Series for as many blocks as there are columns for: what they are found by.
        let names = columns.indices.map { ["__name__": "column", "i": "\($0)"] as Labels }
        try ScriptedTarget(scratch.store).scrape(at: scratch.clock.now(), names.map { ($0, "1") })
        try await scratch.store.flush()
        let ids = try scratch.shell("SELECT series_id FROM series ORDER BY series_id").compactMap(Int64.init)
        try #require(ids.count == columns.count)

        let times = ChunkTimes((0..<rows).map { start + Int64($0) * 15_000 })
        let encoder = ChunkEncoder()
        try scratch.reopen {
            let connection = try Connection(path: scratch.path, mode: .readWrite)
            let writer = ChunkWriter(connection, closed: ClosedTimes())
            for first in stride(from: 0, to: columns.count, by: slotsPerBlock) {
                let part = Array(columns[first..<min(first + slotsPerBlock, columns.count)])
                let chunk = try #require(
                    encoder.encode(Self.grid(part), block: blockNumber(of: ids[first]), times: times))
                _ = try writer.write([chunk])
            }
        }

        let end = start + Int64(rows) * 15_000
        let found = try scratch.store.read([.metric("column")], to: end)
        var read: [Int: [Int64: UInt64]] = [:]
        for (labels, samples) in found {
            let index = try #require(Int(labels["i"] ?? ""))
            for sample in samples { read[index, default: [:]][sample.timestamp] = sample.value.bitPattern }
        }
        var shown: [Int: [Int64: UInt64]] = [:]
        for line in try scratch.shell(
            """
            SELECT labels ->> 'i', ts, hex(ieee754_to_blob(value)) FROM samples WHERE metric = 'column' AND ts <= \(end)
            """)
        {
            let fields = line.split(separator: "|", omittingEmptySubsequences: false)
            let index = try #require(Int(fields[0]))
            let bits = fields[2].isEmpty ? notANumber : try #require(UInt64(fields[2], radix: 16))
            #expect(shown[index, default: [:]].updateValue(bits, forKey: try #require(Int64(fields[1]))) == nil)
        }
        for (index, column) in columns.enumerated() {
            var expected: [Int64: UInt64] = [:]
            for (row, value) in column.enumerated() { expected[times[row]] = value?.bitPattern }
            #expect(read[index] ?? [:] == expected, "column \(index): \(Self.text(column))")
            let visible = expected.filter { !isStale(Double(bitPattern: $0.value)) }
            #expect(shown[index] ?? [:] == visible, "column \(index) in the shell: \(Self.text(column))")
        }
    }

    /// What parts are merged from is what was written, too.
    @Test func elementsComeBack() {
        var generator = SeededGenerator(4)
        for column in Self.columns(70, &generator) {
            var read: [Double?] = Array(repeating: nil, count: column.count)
            let text = Array(Self.text(column).utf8)
            text.withUnsafeBytes { readElements($0, count: column.count) { read[$0] = $1.double } }
            #expect(read.map { $0?.bitPattern } == column.map { $0?.bitPattern })
        }
    }

    /// A range of times within a column, from its middle on.
    @Test func partsOfAColumn() {
        for column: [Double?] in [(0..<600).map { Double($0 * $0) }, (0..<600).map { Double($0 % 7) }] {
            let times = ChunkTimes((0..<600).map { Int64($0) * 1000 })
            var samples = SampleColumns()
            Array(Self.text(column).utf8).withUnsafeBytes {
                readColumn($0, times: times, from: 300_500, to: 400_000, into: &samples)
            }
            #expect(samples.timestamps == (301...400).map { $0 * 1000 })
            #expect(samples.values == column[301...400].compactMap { $0 })
        }
    }

    /// Damaged texts end the reading, and nothing else.
    @Test func damagedColumns() {
        let times = ChunkTimes((0..<9).map { Int64($0) })
        for text in [
            #"["#, #"[""#, #"["""#, ###"["ab",0]"###, ###"["ab",0,1,2,0]"###, ###"["ab",0,1,2,11]"###,
            ###"["abc",0,1,2,2]"###, "[\"ab\u{7ff}",
            ###"["ab",0,1,2,"x"]"###, ###"["ab",99,9223372036854775807,9223372036854775807,1]"###, "[]", "[", "[0,",
            "nul",
        ] {
            var bytes = Array(text.utf8)
            for length in (0...bytes.count).reversed() {
                var samples = SampleColumns()
                bytes[..<length].withUnsafeBytes {
                    readColumn($0, times: times, from: 0, to: 9, into: &samples)
                    readElements($0, count: 9) { _, _ in }
                }
                #expect(samples.timestamps.count <= 9)
            }
            // A byte of two without its second.
            if bytes.count > 3 { bytes[3] = 0xc3 }
            bytes.withUnsafeBytes { readElements($0, count: 9) { _, _ in } }
        }
    }
}
