import Model

/// The times of a chunk's elements: evenly spaced, as scrapes are, or listed.
struct ChunkTimes: Equatable {
    let start: Int64
    let step: Int64
    let count: Int
    /// Offsets from the start, where the times are not evenly spaced.
    let offsets: [Int64]?

    /// The time of an element.
    @inline(__always)
    subscript(index: Int) -> Int64 {
        if let offsets { return index < offsets.count ? start &+ offsets[index] : .max }
        return start &+ step &* Int64(index)
    }

    init(start: Int64, step: Int64, count: Int, offsets: [Int64]?) {
        self.start = start
        self.step = step
        self.count = count
        self.offsets = offsets
    }

    /// The times of ascending timestamps: evenly spaced with holes where few are missing.
    init(_ timestamps: [Int64]) {
        start = timestamps.first ?? 0
        var step = Int64.max
        for (a, b) in zip(timestamps, timestamps.dropFirst()) { step = min(step, b - a) }
        let first = start
        let span = (timestamps.last ?? start) - start
        let places = step > 0 && timestamps.count > 1 ? span / step + 1 : Int64(timestamps.count)
        if timestamps.allSatisfy({ timestamps.count == 1 || ($0 - first) % step == 0 }),
            places <= Int64(2 * timestamps.count)
        {
            self.step = timestamps.count > 1 ? step : 0
            count = Int(places)
            offsets = nil
        } else {
            self.step = 0
            count = timestamps.count
            offsets = timestamps.map { $0 - first }
        }
    }

    /// The element that has a time of the list it was made from.
    func index(of timestamp: Int64, listedAt place: Int) -> Int {
        offsets == nil && step > 0 ? Int((timestamp - start) / step) : place
    }

    /// Whether an element has this time.
    func contains(_ timestamp: Int64) -> Bool {
        if let offsets { return hasAscending(offsets, timestamp &- start) }
        let distance = timestamp &- start
        guard distance >= 0, count > 0 else { return false }
        return step > 0 ? distance % step == 0 && distance / step < Int64(count) : distance == 0
    }

    /// The elements whose times lie in a range.
    func indices(from: Int64, to: Int64) -> Range<Int> {
        let first = firstIndex { $0 >= from }
        return first..<max(first, firstIndex { $0 > to })
    }

    /// The first element whose time is behind a limit that all behind it are behind too.
    private func firstIndex(_ isBehind: (Int64) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The last time.
    var end: Int64 { count > 0 ? self[count - 1] : start }

    /// The offsets as the file holds them.
    var offsetsJSON: String? { offsets.map { "[" + $0.map(String.init).joined(separator: ",") + "]" } }
}

/// Whether an ascending list has a number.
func hasAscending(_ numbers: [Int64], _ wanted: Int64) -> Bool {
    var low = 0
    var high = numbers.count
    while low < high {
        let middle = (low + high) / 2
        if numbers[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == wanted
}

/// Times and values side by side.
struct SampleColumns {
    var timestamps: [Int64] = []
    var values: [Double] = []

    @inline(__always)
    mutating func append(_ timestamp: Int64, _ value: Double) {
        timestamps.append(timestamp)
        values.append(value)
    }

    mutating func clear() {
        timestamps.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }
}
