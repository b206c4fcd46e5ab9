import Model

/// Samples that wait in memory because the disk refuses: judging and serving go on with them.
struct WaitingSamples {
    private let batches: [WriteBatch]
    /// For each block its rows, by batch and place in it.
    private var rows: [BlockID: [(batch: Int, row: Int)]] = [:]
    private var loose: [Int64: [WriteBatch.LooseSample]] = [:]

    var isEmpty: Bool { rows.isEmpty && loose.isEmpty }

    init(_ batches: [WriteBatch]) {
        self.batches = batches
        for (number, batch) in batches.enumerated() {
            for (place, row) in batch.rows.enumerated() {
                rows[row.id & (1 << 22 - 1), default: []].append((number, place))
            }
            for sample in batch.loose { loose[sample.series, default: []].append(sample) }
        }
    }

    /// Calls `body` with the times and texts of a block's rows.
    func forEachRow(of block: BlockID, _ body: (Int64, UnsafeRawBufferPointer) -> Void) {
        for (number, place) in rows[block] ?? [] {
            let batch = batches[number]
            let row = batch.rows[place]
            batch.bytes.withUnsafeBytes { bytes in
                body(row.id >> 22, UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.start + row.length]))
            }
        }
    }

    /// Whether there are samples of a block within a range of time.
    func hasSamples(in block: BlockID, from: Int64, to: Int64) -> Bool {
        for (batch, row) in rows[block] ?? [] where isBetween(batches[batch].rows[row].id >> 22, from, to) {
            return true
        }
        return loose.contains { id, samples in
            blockNumber(of: id) == block && samples.contains { isBetween($0.timestamp, from, to) }
        }
    }

    /// The samples of a series that came by themselves.
    func loose(of series: Int64) -> [WriteBatch.LooseSample] { loose[series] ?? [] }
}

/// A range whose end comes before its beginning has nothing in it.
private func isBetween(_ timestamp: Int64, _ from: Int64, _ to: Int64) -> Bool { timestamp >= from && timestamp <= to }
