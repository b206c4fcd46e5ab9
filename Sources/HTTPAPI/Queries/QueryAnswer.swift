import Model
import PromQL

extension QueryResult {
    /// The result as the query API answers it, piece by piece.
    public func writeAnswer(_ body: ([UInt8]) throws -> Void) throws {
        try queryAnswer(FinishedQuery(result: self, waitedNanoseconds: 0), limit: 0, stats: "").forEachPiece(body)
    }
}

/// The answer to a query as Prometheus's API has it.
func queryAnswer(_ finished: FinishedQuery, limit: Int, stats: String) -> PiecewiseAnswer {
    let result = finished.result
    var notes = APINotes(warnings: result.warnings, infos: result.infos)
    let count = result.value.seriesCount
    let shown = limit > 0 ? min(limit, count) : count
    if shown < count { notes.warnings.append(APINotes.truncated) }
    if !["", "true", "all"].contains(stats) {
        notes.warnings.append(
            "value \(quotedAsGo(stats)) for parameter \"stats\" is deprecated and will be rejected in the next major "
                + "release, use \"true\" or \"all\"")
    }
    let type = result.value.typeName
    let statistics = stats.isEmpty ? nil : finished
    let value = result.value
    let control = finished.control
    return PiecewiseAnswer(
        opening: { json in
            json.beginObject()
            json.member("resultType", type)
            json.key("result")
        },
        count: value.isList ? shown : 2,
        elements: { range, json in
            // Until all of it is written the result is held.
            withExtendedLifetime(control) { for index in range { value.write(index, to: &json) } }
        },
        closing: { json in
            if let statistics { write(statistics, to: &json) }
            json.endObject()
        },
        notes: notes
    )
}

extension QueryValue {
    fileprivate var typeName: String {
        switch self {
        case .scalar: "scalar"
        case .string: "string"
        case .vector: "vector"
        case .matrix: "matrix"
        }
    }

    /// How many series there are, which is what a limit counts.
    fileprivate var seriesCount: Int {
        switch self {
        case .scalar, .string: 0
        case .vector(let elements, _): elements.count
        case .matrix(let series): series.count
        }
    }

    fileprivate var isList: Bool {
        switch self {
        case .scalar, .string: false
        case .vector, .matrix: true
        }
    }

    /// Writes a series; of a scalar or string first the time, then the value.
    fileprivate func write(_ index: Int, to json: inout JSONWriter) {
        switch self {
        // Go's own JSON writes these two: the time is a number like any other.
        case .scalar(let value, let time):
            if index == 0 { json.value(Double(time) / 1000) } else { json.value(formatAPIValue(value)) }
        case .string(let text, let time):
            if index == 0 { json.value(Double(time) / 1000) } else { json.value(text) }
        case .vector(let elements, let time):
            let element = elements[index]
            json.object { json in
                json.key("metric")
                json.value(element.labels)
                json.key("value")
                json.sample(time, element.value)
            }
        case .matrix(let series):
            json.object { json in
                json.key("metric")
                json.value(series[index].labels)
                json.key("values")
                json.array { json in series[index].forEach { json.sample($0, $1) } }
            }
        }
    }
}

/// `stats`: what the query took. Phases that are not told apart here are 0.
private func write(_ finished: FinishedQuery, to json: inout JSONWriter) {
    let statistics = finished.result.statistics
    let evaluation = Double(statistics.evaluationNanoseconds) / 1e9
    let waiting = Double(finished.waitedNanoseconds) / 1e9
    json.key("stats")
    json.object { json in
        json.key("timings")
        json.object { json in
            json.member("evalTotalTime", evaluation)
            json.member("resultSortTime", 0)
            json.member("queryPreparationTime", 0)
            json.member("innerEvalTime", evaluation)
            json.member("execQueueTime", waiting)
            json.member("execTotalTime", waiting + evaluation)
        }
        json.key("samples")
        json.object { json in
            json.member("totalQueryableSamples", statistics.totalSamples)
            json.member("peakSamples", statistics.peakSamples)
        }
    }
}
