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
    }

    /// Samples of a piece.
    struct Decoded {
        var items: Range<Int>
        var batch: SampleBatch
    }

    /// Fewer series than these are read as fast alone.
    private static let fewSeries = 96
    /// A piece has so many samples, nearly: less is not worth the handing over …
    private static let fewSamples = 1 << 14
    /// … but the series of a segment, which are inflated together, as long as there are not more samples than these.
    private static let mostSamples = 1 << 21
    /// So many samples are decoded ahead.
    private static let samplesAhead = 1 << 18
    private static let mostHelpers = min(3, sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1)

    private let items: [Selection.Item]
    private let from: Int64
    private let to: Int64

    private let reading = Monitor()
    private let file: BlockRowsReader
    private var rows: BlockRows?
    private var nextItem = 0
    private var nextPiece = 0

    private let delivering = Monitor()
    private var decoded: [Int: Result<Decoded, any Error>] = [:]
    private var spare: [SampleBatch] = []
    private var ahead = 0
    private var isClosed = false

    private let decoder = SeriesDecoder()
    private var helpers: [Thread] = []
    private var delivered = 0

    init(_ items: [Selection.Item], from file: BlockRowsReader) {
        self.items = items
        self.file = file
        from = file.from
        to = file.to
    }

    /// The next series' samples, of one or several series; nil behind the last. What was delivered before is used again.
    func next(reusing used: consuming SampleBatch) throws -> Decoded? {
        if delivered == 0 { startHelpers() }
        let used = used
        delivering.locked { spare.append(used) }
        while true {
            if let ready = delivering.locked({ take() }) { return try ready.get() }
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
                while ahead >= Self.samplesAhead, !isClosed { delivering.wait() }
                return !isClosed
            }
            guard isWanted, let piece = takePiece() else { return }
            decode(piece, with: decoder)
        }
    }

    /// What comes next, if it is decoded already.
    private func take() -> Result<Decoded, any Error>? {
        guard let ready = decoded.removeValue(forKey: delivered) else { return nil }
        delivered += 1
        if case .success(let ready) = ready { ahead -= ready.batch.count }
        delivering.wakeAll()
        return ready
    }

    /// The next piece that nobody has taken yet; nil when there is none.
    private func takePiece() -> Piece? {
        reading.locked { () -> Piece? in
            guard nextItem < items.count else { return nil }
            let first = items[nextItem].series
            let rows = Result(catching: { try self.rows(of: blockNumber(of: first)) })
            var end = nextItem + 1
            if case .success(let rows) = rows {
                let few = Self.fewSamples / rows.samplesPerSeries
                let most = Self.mostSamples / rows.samplesPerSeries
                while end < items.count, blockNumber(of: items[end].series) == rows.block,
                    end - nextItem < (isSameSegment(items[end].series, items[end - 1].series) ? most : few)
                {
                    end += 1
                }
            }
            let piece = Piece(number: nextPiece, items: nextItem..<end, rows: rows)
            nextPiece += 1
            nextItem = end
            return piece
        }
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
            return Decoded(items: piece.items, batch: batch)
        }
        delivering.locked {
            decoded[piece.number] = result
            if case .success = result { ahead += batch.count }
            delivering.wakeAll()
        }
    }
}

private func isSameSegment(_ a: Int64, _ b: Int64) -> Bool {
    a / Int64(columnsPerSegment) == b / Int64(columnsPerSegment)
}
