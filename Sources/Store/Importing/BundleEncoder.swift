import Model

/// Makes chunks of the samples of a block in a window.
final class BundleEncoder {
    /// The number of times in a part, unless the window has so many that it would be too many parts.
    private static let rowsPerPart = 2048
    private static let fewParts = 32
    /// A grid is worth its room when a sample stands in every so many of its cells.
    private static let cellsPerSample = 4
    /// A grid of so many cells is small, however few of them are filled.
    private static let smallGrid = 1 << 17

    private let encoder = ChunkEncoder()
    private var grid = ElementGrid()

    /// The chunks, and the number of samples in them: of two of one time the first counts.
    func encode(_ samples: [GatheredSample], at place: ChunkPlace) -> (chunks: [EncodedChunk], samples: Int) {
        var chunks: [EncodedChunk] = []
        var count = 0
        for group in groups(samples) {
            var times = BundleTimes(group)
            let limit = max(Self.rowsPerPart, (times.count + Self.fewParts - 1) / Self.fewParts)
            for start in stride(from: 0, to: times.count, by: limit) {
                let rows = start..<min(times.count, start + limit)
                fill(group, &times, rows, at: place)
                count += grid.sampleCount
                let listed = listedTimes(times, rows, at: place)
                if let chunk = encoder.encode(grid, block: place.block, times: listed) { chunks.append(chunk) }
            }
        }
        return (chunks, count)
    }

    private func listedTimes(_ times: BundleTimes, _ rows: Range<Int>, at place: ChunkPlace) -> ChunkTimes {
        let begin = place.window * windowMilliseconds
        return ChunkTimes(times.offsets[rows].map { begin + Int64($0) })
    }

    private func fill(
        _ samples: [GatheredSample], _ times: inout BundleTimes, _ rows: Range<Int>, at place: ChunkPlace
    ) {
        let listed = listedTimes(times, rows, at: place)
        let begin = place.window * windowMilliseconds
        let gridRows = rows.map { listed.index(of: begin + Int64(times.offsets[$0]), listedAt: $0 - rows.lowerBound) }
        grid.reset(rows: listed.count)
        for sample in samples {
            guard let row = times.place(of: sample.offset), rows.contains(row) else { continue }
            let place = gridRows[row - rows.lowerBound]
            if grid.isFilled(slot: Int(sample.slot), row: place) { continue }
            grid.set(sample.element, slot: Int(sample.slot), row: place)
        }
    }

    /// The samples by series that have most times in common: most often that is all of them.
    ///
    /// Where each series has times of its own, a grid of all would be nearly empty, and large.
    private func groups(_ samples: [GatheredSample]) -> [[GatheredSample]] {
        var slots = SlotSet()
        for sample in samples { slots.insert(Int(sample.slot)) }
        let cells = BundleTimes(samples).count * slots.slots.count
        if cells <= max(Self.smallGrid, Self.cellsPerSample * samples.count) { return [samples] }
        var bySlot: [[GatheredSample]] = Array(repeating: [], count: slotsPerBlock)
        for sample in samples { bySlot[Int(sample.slot)].append(sample) }
        var groups: [(samples: [GatheredSample], times: Set<UInt32>, slots: Int)] = []
        for own in bySlot where !own.isEmpty {
            let times = Set(own.map(\.offset))
            let fitting = groups.firstIndex { group in
                let common = group.times.count + times.count { !group.times.contains($0) }
                return common * (group.slots + 1) <= 2 * (group.samples.count + own.count)
            }
            if let fitting {
                groups[fitting].samples.append(contentsOf: own)
                groups[fitting].times.formUnion(times)
                groups[fitting].slots += 1
            } else {
                groups.append((own, times, 1))
            }
        }
        return groups.map(\.samples)
    }
}
