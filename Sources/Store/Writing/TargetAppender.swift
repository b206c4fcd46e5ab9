import Glibc
import Model

/// Writes the samples of one target. It belongs to the thread that collects from the target.
///
/// A target sends the same series in the same order nearly always. So the series are looked up once, when the order
/// changes (`arrange`), and a scrape is then only a walk over its values, copied into rows by block and slot.
public final class TargetAppender {
    /// A series, as the appender was told where it lives.
    public struct Column: Hashable, Sendable {
        let series: Int64
        /// It lives in a block of another target, and its samples go by themselves.
        public let isForeign: Bool
        /// As long as the column is held, its number stays the series'.
        public let pin: BlockPin

        /// Whether two columns are of one series.
        public static func == (a: Column, b: Column) -> Bool { a.series == b.series && a.isForeign == b.isForeign }

        /// Hashes the series.
        public func hash(into hasher: inout Hasher) { hasher.combine(series) }

        init(series: Int64, isForeign: Bool, pin: BlockPin) {
            self.series = series
            self.isForeign = isForeign
            self.pin = pin
        }

        /// The column of eight bytes and the pin of its block.
        public init(packed: Int64, pin: BlockPin) {
            self.init(series: packed >> 1, isForeign: packed & 1 == 1, pin: pin)
        }

        /// The column in eight bytes, never negative, for those who keep many; the pin has to be kept beside it.
        public var packed: Int64 { series << 1 | (isForeign ? 1 : 0) }

        /// The block in which the series lives: all of a block share a pin.
        public var block: Int64 { blockNumber(of: series) }

        /// The block of a column's eight bytes.
        public static func block(packed: Int64) -> Int64 { blockNumber(of: packed >> 1) }
    }

    /// The target's number in the file.
    public let target: Int64

    private let registry: SeriesRegistry
    private let clock: any WallClock
    /// The blocks that the arrangement fills, ascending.
    private var blocks: [BlockID] = []
    /// For each slot of each of these blocks the token that is its value; from -2 downwards a report; or `noToken`.
    private var tokens: [Int32] = []
    /// Slots that get a stale marker in the next row: their series had a sample in the last one and are gone.
    private var ending: Set<Int> = []
    /// The values, and the reports, of series in blocks of other targets.
    private var foreignTokens: [(token: Int32, series: Int64)] = []
    /// Such series that get a stale marker with the next scrape.
    private var foreignEnding: Set<Int64> = []

    private let noToken: Int32 = -1

    init(target: Int64, registry: SeriesRegistry, clock: any WallClock) {
        self.target = target
        self.registry = registry
        self.clock = clock
        registry.retain(target: target)
    }

    deinit {
        registry.arrange(ObjectIdentifier(self), [:])
        registry.release(target: target)
    }

    /// Where a series lives; it is given a number when it is new. The batch says so in the file: it must be written even
    /// when something else goes wrong. A column is good for as long as it is held.
    public func column(for labels: Labels, in batch: WriteBatch) throws -> Column {
        let home = try registry.resolve(labels, for: target, now: clock.now(), &batch.definitions)
        return Column(series: home.series, isForeign: home.isForeign, pin: home.pin)
    }

    /// Whether some of the series live with another target. When that one is gone they can be asked for anew, and move here.
    public var hasForeignSeries: Bool { !foreignTokens.isEmpty }

    /// What an arrangement found.
    public struct Arrangement: Sendable {
        /// Tokens that were left out, because another one stands for the same series.
        public var duplicates = 0
        /// Series that the arrangement before did not have.
        public var added = 0
    }

    /// Says which series the values of the next scrapes belong to: token i to `columns[i]` (nil: dropped), and the reports
    /// behind them. Of two tokens for one series the first counts.
    @discardableResult
    public func arrange(_ columns: [Column?], reports: [Column]) -> Arrangement {
        let before = aliveSeries()
        foreignEnding.formUnion(foreignTokens.map(\.series))
        blocks = blocksNeeded(columns, reports, before)
        tokens = Array(repeating: noToken, count: blocks.count * slotsPerBlock)
        foreignTokens.removeAll()
        var found = Arrangement()
        var seenForeign: Set<Int64> = []
        for (token, column) in columns.enumerated() {
            guard let column else { continue }
            if column.isForeign {
                if seenForeign.insert(column.series).inserted {
                    foreignTokens.append((Int32(token), column.series))
                } else {
                    found.duplicates += 1
                }
            } else if let place = place(of: column.series) {
                if tokens[place] == noToken { tokens[place] = Int32(token) } else { found.duplicates += 1 }
            }
        }
        for (index, report) in reports.enumerated() {
            if report.isForeign {
                foreignTokens.append((-2 - Int32(index), report.series))
            } else if let place = place(of: report.series) {
                tokens[place] = -2 - Int32(index)
            }
        }
        ending.removeAll()
        for series in before {
            guard let place = place(of: series) else { continue }
            if tokens[place] == noToken { ending.insert(place) } else if tokens[place] >= 0 { found.added -= 1 }
        }
        found.added += tokens.count { $0 >= 0 }
        foreignEnding.subtract(foreignTokens.map(\.series))
        // Those that have moved here meanwhile go on in a row.
        foreignEnding = foreignEnding.filter { series in place(of: series).map { tokens[$0] == noToken } ?? true }
        registry.arrange(ObjectIdentifier(self), written())
        return found
    }

    /// The series that will be written, by block.
    private func written() -> [BlockID: SlotSet] {
        var slots: [BlockID: SlotSet] = [:]
        for (index, block) in blocks.enumerated() {
            var own = SlotSet()
            for slot in 0..<slotsPerBlock where tokens[index * slotsPerBlock + slot] != noToken { own.insert(slot) }
            slots[block] = own
        }
        for (_, series) in foreignTokens { slots[blockNumber(of: series), default: SlotSet()].insert(slot(of: series)) }
        return slots
    }

    /// The series that had a sample in the last row, or owe a stale marker.
    private func aliveSeries() -> [Int64] {
        tokens.indices.filter { tokens[$0] != noToken || ending.contains($0) }.map {
            series(block: blocks[$0 / slotsPerBlock], slot: $0 % slotsPerBlock)
        }
    }

    private func blocksNeeded(_ columns: [Column?], _ reports: [Column], _ before: [Int64]) -> [BlockID] {
        var needed: Set<BlockID> = []
        var last: BlockID = -1
        func need(_ series: Int64) {
            // Neighbours are in the same block nearly always.
            let block = blockNumber(of: series)
            if block == last { return }
            last = block
            needed.insert(block)
        }
        for case let column? in columns where !column.isForeign { need(column.series) }
        for report in reports where !report.isForeign { need(report.series) }
        for series in before { need(series) }
        return needed.sorted()
    }

    private func place(of series: Int64) -> Int? {
        let block = blockNumber(of: series)
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle] < block { low = middle + 1 } else { high = middle }
        }
        guard low < blocks.count, blocks[low] == block else { return nil }
        return low * slotsPerBlock + slot(of: series)
    }

    /// Writes a scrape: the values of `values` in `body`, in the order that was arranged, and those of the reports.
    /// False when a token is no number, or the time none that the file can hold: nothing has been written then.
    public func append(
        at timestamp: Int64, _ values: UnsafeBufferPointer<SampleToken>, in body: UnsafeRawBufferPointer,
        reports: [Double], to batch: WriteBatch
    ) -> Bool {
        guard timestamp >= 0, timestamp <= latestTimestamp else { return false }
        let rowsBefore = batch.rows.count
        let bytesBefore = batch.bytes.count
        var samples = 0
        for place in blocks.indices {
            guard let written = appendRow(place, at: timestamp, values, body, reports, batch) else {
                batch.rows.removeLast(batch.rows.count - rowsBefore)
                batch.bytes.removeLast(batch.bytes.count - bytesBefore)
                return false
            }
            samples += written
        }
        let rowSamples = samples
        for (token, series) in foreignTokens {
            guard let element = element(token, values, body, reports) else { continue }
            batch.loose.append(.init(series: series, timestamp: timestamp, element: element))
            samples += 1
        }
        for series in foreignEnding {
            batch.loose.append(.init(series: series, timestamp: timestamp, element: Element(staleMarker)))
            samples += 1
        }
        ending.removeAll()
        foreignEnding.removeAll()
        batch.scrapes.append(
            .init(target: target, timestamp: timestamp, rows: rowsBefore..<batch.rows.count, samples: rowSamples))
        batch.sampleCount += samples
        return true
    }

    /// The value or the report that a token stands for.
    private func element(
        _ token: Int32, _ values: UnsafeBufferPointer<SampleToken>, _ body: UnsafeRawBufferPointer, _ reports: [Double]
    ) -> Element? {
        if token < 0 {
            let report = -2 - Int(token)
            return reports.indices.contains(report) ? Element(reports[report]) : nil
        }
        guard Int(token) < values.count else { return nil }
        let place = values[Int(token)]
        let text = UnsafeRawBufferPointer(rebasing: body[Int(place.start)..<Int(place.start) + Int(place.length)])
        return readNumber(text).map { Element($0) }
    }

    /// Writes one sample with a time of its own.
    public func append(_ column: Column, at timestamp: Int64, _ value: Double, to batch: WriteBatch) {
        guard timestamp >= 0, timestamp <= latestTimestamp else { return }
        batch.loose.append(.init(series: column.series, timestamp: timestamp, element: Element(value)))
        batch.sampleCount += 1
    }

    /// The row of one block; nil when a token is no number. No row is made where there is nothing to say.
    private func appendRow(
        _ place: Int, at timestamp: Int64, _ values: UnsafeBufferPointer<SampleToken>, _ body: UnsafeRawBufferPointer,
        _ reports: [Double], _ batch: WriteBatch
    ) -> Int? {
        let first = place * slotsPerBlock
        let start = batch.bytes.count
        // Room for the longest elements, and for every token copied as it is (tokens are bounded by the body).
        var room = 2 + slotsPerBlock * (longestElement + 1)
        for slot in 0..<slotsPerBlock {
            let token = Int(tokens[first + slot])
            if token >= 0, token < values.count { room += Int(min(values[token].length, 32)) }
        }
        let written: (bytes: Int, samples: Int)? = batch.bytes.appendUninitialized(room) { out in
            tokens.withUnsafeBufferPointer { tokens in
                writeRow(tokens[first..<first + slotsPerBlock], first, values, body, reports, at: out)
            }
        }
        guard let written else { return nil }
        if written.bytes == 2 {
            batch.bytes.removeLast(batch.bytes.count - start)
            return 0
        }
        batch.rows.append(.init(id: headRow(timestamp, blocks[place]), start: start, length: written.bytes))
        return written.samples
    }

    private func writeRow(
        _ tokens: Slice<UnsafeBufferPointer<Int32>>, _ first: Int, _ values: UnsafeBufferPointer<SampleToken>,
        _ body: UnsafeRawBufferPointer, _ reports: [Double], at out: UnsafeMutablePointer<UInt8>
    ) -> (bytes: Int, samples: Int)? {
        var at = 1
        var filled = 1
        var samples = 0
        out[0] = 0x5b
        for (slot, token) in tokens.enumerated() {
            if slot > 0 {
                out[at] = 0x2c
                at += 1
            }
            if token >= 0, Int(token) < values.count {
                let place = values[Int(token)]
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
            } else if !ending.isEmpty, ending.contains(first + slot) {
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
