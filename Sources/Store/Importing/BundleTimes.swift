/// The distinct times of a bundle, ascending, as offsets within its window.
///
/// Samples come series by series or time by time: either way the next one's time is most often beside the last one's, and
/// nothing has to be sorted or hashed.
struct BundleTimes {
    private(set) var offsets: [UInt32] = []
    private var cursor = 0

    /// The times of these samples.
    init(_ samples: some Sequence<GatheredSample>) {
        var late: [UInt32] = []
        for sample in samples where place(of: sample.offset) == nil {
            if offsets.last ?? 0 < sample.offset || offsets.isEmpty {
                offsets.append(sample.offset)
                cursor = offsets.count - 1
            } else if late.last != sample.offset {
                late.append(sample.offset)
            }
        }
        if !late.isEmpty { insert(late) }
        cursor = 0
    }

    var count: Int { offsets.count }

    /// The place of a time; nil when it is none of these.
    mutating func place(of offset: UInt32) -> Int? {
        if cursor < offsets.count, offsets[cursor] == offset { return cursor }
        if cursor + 1 < offsets.count, offsets[cursor + 1] == offset {
            cursor += 1
            return cursor
        }
        var low = 0
        var high = offsets.count
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        guard low < offsets.count, offsets[low] == offset else { return nil }
        cursor = low
        return low
    }

    private mutating func insert(_ late: [UInt32]) {
        let sorted = (offsets + late).sorted()
        offsets.removeAll(keepingCapacity: true)
        for offset in sorted where offsets.last != offset { offsets.append(offset) }
    }
}
