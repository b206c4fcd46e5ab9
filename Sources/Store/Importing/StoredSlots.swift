import Model

/// Finds out which samples of a bundle the file's chunks have already. (While there is an import the head is empty.)
final class StoredSlots {
    private let connection: Connection
    private let inflater = Inflater()
    private var text: [UInt8] = []

    init(_ connection: Connection) { self.connection = connection }

    /// Takes out of the samples those whose series have one at their time.
    func removeStored(_ samples: inout [GatheredSample], at place: ChunkPlace) throws {
        guard let first = samples.lazy.map(\.offset).min(), let last = samples.lazy.map(\.offset).max() else { return }
        let begin = place.window * windowMilliseconds
        let ids = try overlapping(place, from: begin + Int64(first), to: begin + Int64(last))
        if ids.isEmpty { return }
        var slots = SlotSet()
        for sample in samples { slots.insert(Int(sample.slot)) }
        var times = BundleTimes(samples)
        var stored = Array(repeating: SlotSet(), count: times.count)
        var isAny = false
        for id in ids {
            try forEachStored(in: id, slots) { slot, timestamp in
                guard let offset = UInt32(exactly: timestamp - begin), let row = times.place(of: offset) else { return }
                stored[row].insert(slot)
                isAny = true
            }
        }
        if !isAny { return }
        samples.removeAll { sample in
            times.place(of: sample.offset).map { stored[$0].contains(Int(sample.slot)) } ?? false
        }
    }

    /// The chunks of a block that reach into a range of time; a part may begin in the window before.
    private func overlapping(_ place: ChunkPlace, from: Int64, to: Int64) throws -> [Int64] {
        var found: [Int64] = []
        for window in [place.window - 1, place.window] where window >= 0 {
            let first = firstChunk(window: window, block: place.block)
            try connection.rows(
                """
                SELECT chunk_id, start_ms, step_ms, count, times FROM chunks
                WHERE chunk_id BETWEEN ? AND ? AND start_ms <= ?
                """, .integer(first), .integer(first + partsPerWindow - 1), .integer(to)
            ) { row in
                if let times = ChunkTimes(row, first: 1), times.end >= from { found.append(row.integer(0)) }
            }
        }
        return found
    }

    private func forEachStored(in id: Int64, _ wanted: SlotSet, _ body: (_ slot: Int, _ timestamp: Int64) -> Void)
        throws
    {
        var read: StoredChunk?
        try connection.rows(
            "SELECT start_ms, step_ms, count, times, segments, data FROM chunks WHERE chunk_id = ?", .integer(id)
        ) { row in read = StoredChunk(row, first: 0) }
        guard let chunk = read else { return }
        for segment in chunk.segments {
            let first = segment.number * columnsPerSegment
            let slots = (first..<first + columnsPerSegment).filter { $0 < slotsPerBlock && wanted.contains($0) }
            guard !slots.isEmpty, chunk.inflate(slot: first, with: inflater, into: &text) else { continue }
            text.withUnsafeBytes { text in
                for slot in slots {
                    guard let column = columnText(text, slot: slot) else { continue }
                    readElements(column, count: chunk.times.count) { index, _ in body(slot, chunk.times[index]) }
                }
            }
        }
    }
}
