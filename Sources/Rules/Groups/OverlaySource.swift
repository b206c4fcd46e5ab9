import Model
import PromQL

/// A source with samples laid over it that it does not have yet: what earlier rules of a group have recorded.
struct OverlaySource: SeriesSource {
    let base: any SeriesSource
    let overlay: any SeriesSource

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) throws -> any SeriesCursor {
        let base = try base.select(matchers, from: from, to: to)
        do {
            let overlay = try overlay.select(matchers, from: from, to: to)
            return overlay.seriesCount == 0 ? base : try OverlayCursor(base, overlay)
        } catch {
            base.close()
            throw error
        }
    }
}

/// Goes through the series of the one below, with the samples on top, and then through those that are on top only.
private final class OverlayCursor: SeriesCursor {
    private struct Column {
        var labels: Labels
        var timestamps: [Int64]
        var values: [Double]
        var isTaken = false
    }

    private enum Position {
        case below
        /// A series of the one below, with samples on top.
        case both(Int)
        case above(Int)
    }

    private let base: any SeriesCursor
    private var columns: [Column] = []
    private var places: [Labels: Int] = [:]
    private var position = Position.below
    private var isBaseOver = false
    private var joined = (timestamps: [Int64](), values: [Double]())

    init(_ base: any SeriesCursor, _ overlay: any SeriesCursor) throws {
        self.base = base
        defer { overlay.close() }
        while try overlay.next() {
            let (timestamps, values) = try overlay.withSamples { (Array($0), Array($1)) }
            if timestamps.isEmpty { continue }
            let labels = try overlay.labels
            places[labels] = columns.count
            columns.append(Column(labels: labels, timestamps: timestamps, values: values))
        }
    }

    var seriesCount: Int { base.seriesCount + columns.count }

    func next() throws -> Bool {
        if !isBaseOver {
            if try base.next() {
                position = .below
                if let place = places[try base.labels] {
                    columns[place].isTaken = true
                    position = .both(place)
                }
                return true
            }
            isBaseOver = true
            position = .above(-1)
        }
        guard case .above(var place) = position else { return false }
        repeat { place += 1 } while place < columns.count && columns[place].isTaken
        position = .above(place)
        return place < columns.count
    }

    /// Sources number their series from 0 upwards: what is on top only has negative numbers.
    var seriesID: Int64 {
        if case .above(let place) = position { Int64(-1 - place) } else { base.seriesID }
    }

    var labels: Labels {
        get throws {
            guard case .above(let place) = position else { return try base.labels }
            return columns.indices.contains(place) ? columns[place].labels : .none
        }
    }

    func withSamples<Result>(
        _ body: (_ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        switch position {
        case .below: return try base.withSamples(body)
        case .both(let place):
            try base.withSamples { join($0, $1, with: columns[place]) }
            return try lend(joined.timestamps, joined.values, body)
        case .above(let place):
            let column = columns.indices.contains(place) ? columns[place] : nil
            return try lend(column?.timestamps ?? [], column?.values ?? [], body)
        }
    }

    /// Puts the samples of both in the order of time; of two at one time the one below was there first.
    private func join(
        _ timestamps: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>, with column: Column
    ) {
        joined.timestamps.removeAll(keepingCapacity: true)
        joined.values.removeAll(keepingCapacity: true)
        var next = 0
        func takeAbove(before time: Int64) {
            while next < column.timestamps.count, column.timestamps[next] < time {
                joined.timestamps.append(column.timestamps[next])
                joined.values.append(column.values[next])
                next += 1
            }
        }
        for (time, value) in zip(timestamps, values) {
            takeAbove(before: time)
            if next < column.timestamps.count, column.timestamps[next] == time { next += 1 }
            joined.timestamps.append(time)
            joined.values.append(value)
        }
        takeAbove(before: .max)
    }

    private func lend<Result>(
        _ timestamps: [Int64], _ values: [Double],
        _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        try timestamps.withUnsafeBufferPointer { timestamps in
            try values.withUnsafeBufferPointer { values in try body(timestamps, values) }
        }
    }

    func close() { base.close() }
}
