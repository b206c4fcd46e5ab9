import Model

/// The samples of one request, gathered into rows: by time, sender, block and slot.
struct ReceivedSamples {
    private struct Entry {
        var timestamp: Int64
        /// sender << 32 | series; all ones where the sender stands when the sample goes by itself.
        var place: UInt64
        /// Where it stood in the request: of two samples of a series and time the first counts.
        var order: Int32
        var value: Double
    }

    private static let byItself = UInt64(UInt32.max)

    private var entries: [Entry] = []
    /// The row that is being made.
    private var elements: [Element] = []

    /// How many there are.
    var count: Int { entries.count }

    /// Adds a sample; without a sender it goes by itself. Series' numbers have 29 bits.
    mutating func add(_ sample: Sample, series: Int64, sender: Int?) {
        let sender = sender.map { UInt64($0) } ?? Self.byItself
        entries.append(
            Entry(
                timestamp: sample.timestamp, place: sender << 32 | UInt64(series), order: Int32(entries.count),
                value: sample.value))
    }

    /// Forgets all of them.
    mutating func clear() {
        // A large request is rare: what it needed is given back.
        entries.removeAll(keepingCapacity: entries.count < 100_000)
    }

    /// Writes them all; returns how many were left out because the request had another one of the series and time.
    mutating func write(to batch: WriteBatch, targetOf: (Int) -> Int64?) -> Int {
        if !isSorted { entries.sort(by: precedes) }
        var repeated = 0
        var at = 0
        while at < entries.count {
            let first = entries[at]
            let sender = first.place >> 32
            var end = at
            while end < entries.count, entries[end].timestamp == first.timestamp, entries[end].place >> 32 == sender {
                end += 1
            }
            if sender != Self.byItself, let target = targetOf(Int(sender)) {
                repeated += writeRows(at..<end, target, to: batch)
            } else {
                repeated += writeLoose(at..<end, to: batch)
            }
            at = end
        }
        return repeated
    }

    private func precedes(_ a: Entry, _ b: Entry) -> Bool {
        if a.timestamp != b.timestamp { return a.timestamp < b.timestamp }
        return a.place == b.place ? a.order < b.order : a.place < b.place
    }

    private var isSorted: Bool { zip(entries, entries.dropFirst()).allSatisfy { !precedes($1, $0) } }

    private func writeLoose(_ range: Range<Int>, to batch: WriteBatch) -> Int {
        var last: UInt64?
        var repeated = 0
        for entry in entries[range] {
            if entry.place == last {
                repeated += 1
                continue
            }
            last = entry.place
            batch.loose.append(
                .init(
                    series: Int64(entry.place & Self.byItself), timestamp: entry.timestamp,
                    element: Element(entry.value)))
            batch.sampleCount += 1
        }
        return repeated
    }

    private mutating func writeRows(_ range: Range<Int>, _ target: Int64, to batch: WriteBatch) -> Int {
        let rowsBefore = batch.rows.count
        let timestamp = entries[range.lowerBound].timestamp
        var samples = 0
        var at = range.lowerBound
        while at < range.upperBound {
            let block = blockNumber(of: Int64(entries[at].place & Self.byItself))
            var end = at
            while end < range.upperBound, blockNumber(of: Int64(entries[end].place & Self.byItself)) == block {
                end += 1
            }
            let start = batch.bytes.count
            samples += writeRow(entries[at..<end], to: &batch.bytes)
            batch.rows.append(
                .init(id: headRow(timestamp, block), start: start, length: batch.bytes.count - start))
            at = end
        }
        batch.scrapes.append(
            .init(
                target: target, timestamp: timestamp, rows: rowsBefore..<batch.rows.count, samples: samples,
                isPart: true))
        batch.sampleCount += samples
        return range.count - samples
    }

    /// Writes the row of one block; returns how many samples it has.
    private mutating func writeRow(_ row: ArraySlice<Entry>, to bytes: inout [UInt8]) -> Int {
        elements.removeAll(keepingCapacity: true)
        var samples = 0
        for entry in row {
            let slot = slot(of: Int64(entry.place & Self.byItself))
            // The first of two of the same series has been taken.
            if slot < elements.count { continue }
            while elements.count < slot { elements.append(.missing) }
            elements.append(Element(entry.value))
            samples += 1
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 + slotsPerBlock * (longestElement + 1)) { room in
            guard let out = room.baseAddress else { return }
            let length = writeArray(elements[...], at: out)
            bytes.append(contentsOf: UnsafeRawBufferPointer(start: out, count: length))
        }
        return samples
    }
}
