/// The samples of several series, one after the other.
struct SampleBatch {
    private(set) var samples = SampleColumns()
    /// Where the samples of each series end.
    private var ends: [Int] = []

    mutating func clear() {
        samples.clear()
        ends.removeAll(keepingCapacity: true)
    }

    /// The number of samples.
    var count: Int { samples.timestamps.count }

    /// The places of a series' samples.
    func range(_ number: Int) -> Range<Int> {
        guard ends.indices.contains(number) else { return 0..<0 }
        return (number > 0 ? ends[number - 1] : 0)..<ends[number]
    }

    /// Adds a series, whose samples `body` appends.
    fileprivate mutating func addSeries(_ body: (inout SampleColumns) -> Void) {
        let start = samples.timestamps.count
        body(&samples)
        samples.putInOrder(from: start)
        ends.append(samples.timestamps.count)
    }
}

/// Makes samples of what was read of a block. One per thread.
final class SeriesDecoder {
    private let inflater = Inflater()
    // Of a long range each series comes by itself: its segment is inflated once all the same.
    private var rows: BlockRows?
    private var segment = -1
    private var texts: [SegmentText?] = []

    /// Adds the series at some slots, ascending, to a batch.
    func decode(_ rows: BlockRows, slots: some Sequence<Int>, from: Int64, to: Int64, into batch: inout SampleBatch) {
        for slot in slots {
            if self.rows !== rows || slot / columnsPerSegment != segment {
                self.rows = rows
                segment = slot / columnsPerSegment
                texts = rows.chunks.map { $0.text(segment: segment, inflater) }
            }
            batch.addSeries { samples in
                for (chunk, text) in zip(rows.chunks, texts) {
                    text?.withColumn(slot) { readColumn($0, times: chunk.times, from: from, to: to, into: &samples) }
                }
                if let fresh = rows.fresh[slot] {
                    samples.timestamps.append(contentsOf: fresh.timestamps)
                    samples.values.append(contentsOf: fresh.values)
                }
            }
        }
    }
}

extension SampleColumns {
    /// Sorts what begins at `start` by time where that is needed (samples that came late, or by themselves). Of two of one time
    /// the first counts.
    fileprivate mutating func putInOrder(from start: Int) {
        let isAscending = timestamps.withUnsafeBufferPointer { timestamps in
            var at = start + 1
            while at < timestamps.count, timestamps[at - 1] < timestamps[at] { at += 1 }
            return at >= timestamps.count
        }
        if isAscending { return }
        let order = (start..<timestamps.count).sorted { (timestamps[$0], $0) < (timestamps[$1], $1) }
        var sorted = SampleColumns()
        for index in order where sorted.timestamps.last != timestamps[index] {
            sorted.append(timestamps[index], values[index])
        }
        timestamps.replaceSubrange(start..., with: sorted.timestamps)
        values.replaceSubrange(start..., with: sorted.values)
    }
}
