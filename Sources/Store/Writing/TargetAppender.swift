import Glibc
import Model

/// Writes the samples of one target. It belongs to the thread that collects from the target.
///
/// A target sends the same series in the same order nearly always. So the series are looked up once, when the order
/// changes (`arrange`), and a scrape is then only a walk over its values, copied into rows by block and slot.
public final class TargetAppender {
    /// A series of this target, as the appender knows it.
    public struct Column: Hashable, Sendable {
        /// A place in the appender's blocks; or, below zero, in its list of series that belong to other targets.
        let place: Int32
    }

    /// The target's number in the file.
    public let target: Int64

    private let registry: SeriesRegistry
    private let clock: any WallClock
    /// The target's blocks that are in use, in the order in which they were met. Column = place × 128 + slot.
    private var blocks: [BlockID] = []
    private var placeOfBlock: [BlockID: Int32] = [:]
    private var foreign: [Int64] = []
    private var placeOfForeign: [Int64: Int32] = [:]
    /// For each column the token that is its value, or `noToken`.
    private var tokenOfColumn: [Int32] = []
    /// The same for the target's own reports (`up`, …), whose tokens are counted from -2 downwards.
    private var reportColumns: [Column] = []
    private var foreignTokens: [(token: Int32, series: Int64)] = []
    /// Columns that had a sample in the last row, and so owe a stale marker when they have none.
    private var alive: [Bool] = []
    /// Columns that get a stale marker in the next row.
    private var ending: [Int] = []

    private let noToken: Int32 = -1

    init(target: Int64, registry: SeriesRegistry, clock: any WallClock) {
        self.target = target
        self.registry = registry
        self.clock = clock
        registry.retain(target: target)
    }

    deinit { registry.release(target: target) }

    /// The column of a series, which is given a number when it is new.
    public func column(for labels: Labels, in batch: WriteBatch) throws -> Column {
        switch try registry.resolve(labels, for: target, now: clock.now(), &batch.definitions) {
        case .own(let series): return column(of: series)
        case .foreign(let series):
            if let place = placeOfForeign[series] { return Column(place: -1 - place) }
            placeOfForeign[series] = Int32(foreign.count)
            foreign.append(series)
            return Column(place: -Int32(foreign.count))
        }
    }

    private func column(of series: Int64) -> Column {
        let block = block(of: series)
        if let place = placeOfBlock[block] { return Column(place: place * Int32(slotsPerBlock) + Int32(slot(of: series))) }
        let place = Int32(blocks.count)
        blocks.append(block)
        placeOfBlock[block] = place
        tokenOfColumn.append(contentsOf: repeatElement(noToken, count: slotsPerBlock))
        alive.append(contentsOf: repeatElement(false, count: slotsPerBlock))
        return Column(place: place * Int32(slotsPerBlock) + Int32(slot(of: series)))
    }

    /// Says which series the values of the next scrapes belong to: token i to `columns[i]` (nil: dropped), and the reports
    /// behind them. Of two tokens for one series the first counts; returns how many were left out for that.
    public func arrange(_ columns: [Column?], reports: [Column]) -> Int {
        var duplicates = 0
        for place in tokenOfColumn.indices { tokenOfColumn[place] = noToken }
        foreignTokens.removeAll()
        reportColumns = reports
        var seenForeign: Set<Int64> = []
        for (token, column) in columns.enumerated() {
            guard let column else { continue }
            if column.place < 0 {
                let series = foreign[Int(-1 - column.place)]
                if seenForeign.insert(series).inserted {
                    foreignTokens.append((Int32(token), series))
                } else {
                    duplicates += 1
                }
            } else if tokenOfColumn[Int(column.place)] == noToken {
                tokenOfColumn[Int(column.place)] = Int32(token)
            } else {
                duplicates += 1
            }
        }
        for (index, report) in reports.enumerated() where report.place >= 0 {
            tokenOfColumn[Int(report.place)] = -2 - Int32(index)
        }
        ending = alive.indices.filter { alive[$0] && tokenOfColumn[$0] == noToken }
        for place in alive.indices { alive[place] = tokenOfColumn[place] != noToken }
        return duplicates
    }

    /// Writes a scrape: the values of `tokens` in `body`, in the order that was arranged, and those of the reports.
    /// False when a token is no number: nothing has been written then.
    public func append(
        at timestamp: Int64, _ tokens: UnsafeBufferPointer<SampleToken>, in body: UnsafeRawBufferPointer,
        reports: [Double], to batch: WriteBatch
    ) -> Bool {
        let rowsBefore = batch.rows.count
        let bytesBefore = batch.bytes.count
        var samples = 0
        for place in blocks.indices {
            guard let written = appendRow(place, at: timestamp, tokens, body, reports, batch) else {
                batch.rows.removeLast(batch.rows.count - rowsBefore)
                batch.bytes.removeLast(batch.bytes.count - bytesBefore)
                return false
            }
            samples += written
        }
        for (token, series) in foreignTokens where Int(token) < tokens.count {
            let place = tokens[Int(token)]
            let text = UnsafeRawBufferPointer(rebasing: body[Int(place.start)..<Int(place.start) + Int(place.length)])
            guard let number = readNumber(text) else { continue }
            batch.loose.append(.init(series: series, timestamp: timestamp, element: Element(number)))
            samples += 1
        }
        ending.removeAll()
        batch.scrapes.append(.init(target: target, timestamp: timestamp))
        batch.sampleCount += samples
        return true
    }

    /// Writes one sample with a time of its own.
    public func append(_ column: Column, at timestamp: Int64, _ value: Double, to batch: WriteBatch) {
        guard timestamp >= 0, timestamp <= latestTimestamp else { return }
        let place = Int(column.place)
        let series =
            place < 0
            ? foreign[-1 - place] : series(block: blocks[place / slotsPerBlock], slot: place % slotsPerBlock)
        batch.loose.append(.init(series: series, timestamp: timestamp, element: Element(value)))
        batch.sampleCount += 1
    }

    /// The row of one block; nil when a token is no number. No row is made where there is nothing to say.
    private func appendRow(
        _ place: Int, at timestamp: Int64, _ tokens: UnsafeBufferPointer<SampleToken>, _ body: UnsafeRawBufferPointer,
        _ reports: [Double], _ batch: WriteBatch
    ) -> Int? {
        let first = place * slotsPerBlock
        let ends = ending.filter { $0 >= first && $0 < first + slotsPerBlock }
        let start = batch.bytes.count
        // Room for the longest elements, and for every token copied as it is (tokens are bounded by the body).
        var room = 2 + slotsPerBlock * (longestElement + 1)
        for slot in 0..<slotsPerBlock {
            let token = Int(tokenOfColumn[first + slot])
            if token >= 0, token < tokens.count { room += Int(min(tokens[token].length, 32)) }
        }
        let written: (bytes: Int, samples: Int)? = batch.bytes.appendUninitialized(room) { out in
            tokenOfColumn.withUnsafeBufferPointer { columns in
                writeRow(columns[first..<(first + slotsPerBlock)], ends, first, tokens, body, reports, at: out)
            }
        }
        guard let written else { return nil }
        if written.samples == 0 && ends.isEmpty {
            batch.bytes.removeLast(batch.bytes.count - start)
            return 0
        }
        batch.rows.append(.init(id: headRow(timestamp, blocks[place]), start: start, length: written.bytes))
        return written.samples
    }

    private func writeRow(
        _ columns: Slice<UnsafeBufferPointer<Int32>>, _ ends: [Int], _ first: Int, _ tokens: UnsafeBufferPointer<SampleToken>,
        _ body: UnsafeRawBufferPointer, _ reports: [Double], at out: UnsafeMutablePointer<UInt8>
    ) -> (bytes: Int, samples: Int)? {
        var at = 1
        var filled = 1
        var samples = 0
        out[0] = 0x5b
        for (slot, token) in columns.enumerated() {
            if slot > 0 {
                out[at] = 0x2c
                at += 1
            }
            if token >= 0, Int(token) < tokens.count {
                let place = tokens[Int(token)]
                let end = Int(place.start) + Int(place.length)
                guard end <= body.count else { return nil }
                let text = UnsafeRawBufferPointer(rebasing: body[Int(place.start)..<end])
                let length = writeElement(of: text, at: out + at)
                if length == 0 { return nil }
                at += length
                samples += 1
            } else if token < -1, -2 - Int(token) < reports.count {
                at += write(Element(reports[-2 - Int(token)]), at: out + at)
                samples += 1
            } else if !ends.isEmpty, ends.contains(first + slot) {
                at += write(Element(staleMarker), at: out + at)
            } else {
                at += write(.missing, at: out + at)
                continue
            }
            filled = at
        }
        // Nothing is said about the slots behind the last one that has a sample.
        out[filled] = 0x5d
        return (filled + 1, samples)
    }
}

extension [UInt8] {
    /// Appends what `body` writes into room for `count` bytes; it returns how many it wrote, or nil to append nothing.
    fileprivate mutating func appendUninitialized<Extra>(
        _ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> (bytes: Int, samples: Extra)?
    ) -> (bytes: Int, samples: Extra)? {
        let before = self.count
        append(contentsOf: repeatElement(0, count: count))
        let written = withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { body($0 + before) }
        }
        removeLast(count - (written?.bytes ?? 0))
        return written
    }
}
