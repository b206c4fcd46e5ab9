import Model

/// An answer of Prometheus's query API, from whoever gave it.
public struct QueryAnswer: Sendable {
    /// What the query evaluates to.
    public var value: QueryValue
    /// What was said besides: warnings, and remarks.
    public var notes: [String]

    /// Reads the JSON of an answer; throws what is wrong with it.
    public init(json: [UInt8]) throws(UserError) {
        let answer = try JSONValue(json)
        let strange = UserError("cannot read the answer: it is not one of Prometheus's query API")
        guard answer["status"]?.text == "success", let data = answer["data"], let type = data["resultType"]?.text,
            let result = data["result"], case .array(let elements) = result
        else { throw strange }
        notes = ["warnings", "infos"].flatMap { answer[$0]?.elements ?? [] }.compactMap(\.text)
        switch type {
        case "scalar":
            let point = try Self.point(result)
            value = .scalar(point.value, at: point.time)
        case "string":
            guard elements.count == 2, let text = elements[1].text else { throw strange }
            value = .string(text, at: try Self.time(elements[0]))
        case "vector":
            var vector: [VectorElement] = []
            // The oldest: whoever asked for another time wants to know.
            var time: Int64?
            for element in elements {
                guard let sample = element["value"] else {
                    throw UserError("cannot read the answer: a series has no value\(Self.histogramNote(element))")
                }
                let point = try Self.point(sample)
                time = min(time ?? .max, point.time)
                vector.append(VectorElement(labels: try Self.labels(element), value: point.value))
            }
            value = .vector(vector, at: time ?? 0)
        case "matrix":
            var series: [SeriesPoints] = []
            for element in elements {
                var times: [Int64] = []
                var values: [Double] = []
                for sample in element["values"]?.elements ?? [] {
                    let point = try Self.point(sample)
                    times.append(point.time)
                    values.append(point.value)
                }
                series.append(SeriesPoints(labels: try Self.labels(element), timestamps: times, values: values))
            }
            value = .matrix(series)
        default: throw strange
        }
    }

    private static func histogramNote(_ element: JSONValue) -> String {
        element["histogram"] == nil ? "" : ": native histograms are not supported"
    }

    private static func labels(_ element: JSONValue) throws(UserError) -> Labels {
        var pairs: [Label] = []
        for (name, value) in element["metric"]?.members ?? [:] {
            guard let text = value.text else {
                throw UserError("cannot read the answer: label \(quoted(name)) is no text")
            }
            pairs.append(Label(name, text))
        }
        return Labels(pairs)
    }

    /// A time and a value: `[1435781451.781, "1"]`.
    private static func point(_ json: JSONValue) throws(UserError) -> (time: Int64, value: Double) {
        let parts = json.elements
        guard parts.count == 2, case .string = parts[1], let value = parts[1].double else {
            throw UserError("cannot read the answer: a sample is not a time and a value")
        }
        return (try time(parts[0]), value)
    }

    private static func time(_ json: JSONValue) throws(UserError) -> Int64 {
        guard case .number = json, let seconds = json.double, seconds.magnitude < 1e12 else {
            throw UserError("cannot read the answer: a time is no number of seconds")
        }
        return Int64((seconds * 1000).rounded())
    }
}
