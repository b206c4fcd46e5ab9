import Model

/// A series of an instant vector over all steps of an evaluation: a column of values, `absent` where the series has none.
struct StepSeries {
    var labels: Labels
    /// Whether the metric's name no longer fits what the values mean. It goes at the end, or has gone already, depending on
    /// the engine's options.
    var dropsName = false
    var values: [Double]
}

/// Stands in a column where a series has no value. No result is ever a stale marker, so its bits are free for this.
var absent: Double { staleMarker }

/// Whether a column has no value here.
@inline(__always)
func isAbsent(_ value: Double) -> Bool { isStale(value) }

extension StepSeries {
    /// Whether the series has no value at all.
    var isEmpty: Bool { values.allSatisfy(isAbsent) }
}

/// Samples of a series by time, in two columns.
struct SampleColumns {
    var timestamps: [Int64] = []
    var values: [Double] = []

    mutating func append(_ timestamp: Int64, _ value: Double) {
        timestamps.append(timestamp)
        values.append(value)
    }

    mutating func removeAll() {
        timestamps.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
    }
}
