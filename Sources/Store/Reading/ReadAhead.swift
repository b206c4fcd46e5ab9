import Glibc
import Model
import Threads

/// Reads selected series in their order, with the help of other threads that read ahead. Whoever takes the next piece reads its
/// rows from the file, one at a time, and decodes them beside the others.
final class ReadAhead: @unchecked Sendable {
    // Sendable: `reading` guards what is read and the file, `delivering` what is decoded; the rest belongs to the one who reads.

    /// Series of one block.
    private struct Piece {
        var number: Int
        var items: Range<Int>
        var rows: Result<BlockRows, any Error>
        /// About how many samples it has.
        var weight: Int
    }

    /// Samples of a piece.
    struct Decoded {
        var items: Range<Int>
        var batch: SampleBatch
        fileprivate(set) var weight = 0
    }

    /// Fewer series than these are read as fast alone.
    private static let fewSeries = 96
    /// A piece has so many samples, nearly: less is not worth the handing over …
    private static let fewSamples = 1 << 14
    /// … but the series of a segment, which are inflated together, as long as there are not more samples than these.
    private static let mostSamples = 1 << 21
    private static let mostHelpers = min(3, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)

    private let items: [Selection.Item]
    private let from: Int64
    private let to: Int64
    private let samplesAhead: Int

    private let reading = Monitor()
    private let file: BlockRowsReader
    private var rows: BlockRows?
    private var nextItem = 0
    private var nextPiece = 0

    private let delivering = Monitor()
    private var decoded: [Int: Result<Decoded, any Error>] = [:]
    private var spare: [SampleBatch] = []
    /// The samples of what is decoded and not delivered, or being decoded.
    private var ahead = 0
    private var isClosed = false

    private let decoder = SeriesDecoder()
    private var helpers: [Thread] = []
    private var delivered = 0

    /// Reads these series; so many samples are decoded ahead.
    init(_ items: [Selection.Item], from file: BlockRowsReader, samplesAhead: Int = 1 << 18) {
        self.items = items
        self.samplesAhead = samplesAhead
        self.file = file
        from = file.from
        to = file.to
    }

    /// The next series' samples, of one or several series; nil behind the last. What was delivered before is used again.
    func next(reusing used: SampleBatch) throws -> Decoded? {
        if delivered == 0 { startHelpers() }
        delivering.locked { spare.append(used) }
        while true {
            if let ready = delivering.locked({ takeDecoded() }) { return try ready.get() }
            if let piece = takePiece() {
                decode(piece, with: decoder)
            } else if delivered == nextPiece {
                return nil
            } else {
                // All is taken; a helper is at work on what comes next.
                delivering.locked { while decoded[delivered] == nil { delivering.wait() } }
            }
        }
    }

    /// Runs `body` while nobody else uses the file.
    func withFile<Result>(_ body: () throws -> Result) rethrows -> Result { try reading.locked(body) }

    /// Ends reading and waits for the helpers: nobody uses the file afterwards.
    func close() {
        delivering.locked {
            isClosed = true
            delivering.wakeAll()
        }
        for helper in helpers { helper.join() }
        helpers = []
    }

    private func startHelpers() {
        if items.count < Self.fewSeries { return }
        for _ in 0..<max(0, Self.mostHelpers) {
            // Without help it only takes longer.
            guard case .success(let helper) = Result(catching: { try Thread(name: "query-reader") { self.help() } })
            else { return }
            helpers.append(helper)
        }
    }

    private func help() {
        let decoder = SeriesDecoder()
        while true {
            let isWanted = delivering.locked {
                while ahead >= samplesAhead, !isClosed { delivering.wait() }
                return !isClosed
            }
            guard isWanted, let piece = takePiece(asHelper: true) else { return }
            decode(piece, with: decoder)
        }
    }

    /// What comes next, if it is decoded already. If much is decoded that comes later, it is waited for: a helper is at work on it,
    /// for pieces are taken in their order.
    private func takeDecoded() -> Result<Decoded, any Error>? {
        while ahead >= samplesAhead, decoded[delivered] == nil { delivering.wait() }
        guard let ready = decoded.removeValue(forKey: delivered) else { return nil }
        delivered += 1
        if case .success(let ready) = ready { ahead -= ready.weight }
        delivering.wakeAll()
        return ready
    }

    /// The next piece that nobody has taken yet; nil when there is none. Of series so long that not all of a segment make a piece
    /// helpers take none: each of them would inflate the segment anew, and hold as much.
    private func takePiece(asHelper: Bool = false) -> Piece? {
        let piece = reading.locked { () -> Piece? in
            guard nextItem < items.count else { return nil }
            let first = items[nextItem].series
            let rows = Result(catching: { try self.rows(of: blockNumber(of: first)) })
            var end = nextItem + 1
            var samples = 0
            if case .success(let rows) = rows {
                samples = rows.samplesPerSeries
                let few = Self.fewSamples / rows.samplesPerSeries
                let most = Self.mostSamples / rows.samplesPerSeries
                if asHelper, most < columnsPerSegment { return nil }
                while end < items.count, blockNumber(of: items[end].series) == rows.block,
                    end - nextItem < (isSameSegment(items[end].series, items[end - 1].series) ? most : few)
                {
                    end += 1
                }
            }
            let piece = Piece(
                number: nextPiece, items: nextItem..<end, rows: rows, weight: samples * (end - nextItem))
            nextPiece += 1
            nextItem = end
            return piece
        }
        if let piece { delivering.locked { ahead += piece.weight } }
        return piece
    }

    private func rows(of block: BlockID) throws -> BlockRows {
        if let rows, rows.block == block { return rows }
        rows = nil
        let own = items[nextItem...].prefix { blockNumber(of: $0.series) == block }
        let read = try file.read(block, slots: own.map { slot(of: $0.series) })
        rows = read
        return read
    }

    private func decode(_ piece: Piece, with decoder: SeriesDecoder) {
        var batch = delivering.locked { spare.popLast() } ?? SampleBatch()
        batch.clear()
        let result = piece.rows.map { rows in
            decoder.decode(
                rows, slots: items[piece.items].lazy.map { slot(of: $0.series) }, from: from, to: to, into: &batch)
            return Decoded(items: piece.items, batch: batch, weight: piece.weight)
        }
        delivering.locked {
            decoded[piece.number] = result
            delivering.wakeAll()
        }
    }
}

private func isSameSegment(_ a: Int64, _ b: Int64) -> Bool {
    a / Int64(columnsPerSegment) == b / Int64(columnsPerSegment)
}
