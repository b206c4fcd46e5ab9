import Model
import PromQL

/// Compares what a query answers with what a script expects.
struct Comparison {
    private let evaluation: Script.Evaluation

    init(_ evaluation: Script.Evaluation) { self.evaluation = evaluation }

    /// In what a value differs; nil when it does not.
    func difference(_ value: QueryValue) -> String? {
        switch (value, evaluation.value) {
        case (.scalar(let got, _), .scalar(let wanted)):
            return isSame(got, wanted) ? nil : "got \(got), wanted \(wanted)"
        case (.string(let got, _), .string(let wanted)):
            return got == wanted ? nil : "got \(quoted(got)), wanted \(quoted(wanted))"
        case (.vector(let got, _), .series(let wanted)): return difference(got, wanted)
        case (.matrix(let got), .series): return difference(got, onlyAt: nil)
        case (.matrix(let got), .scalar(let wanted)):
            let values = got.flatMap(points).map(\.value)
            return values.allSatisfy { isSame($0, wanted) } ? nil : "got \(values), wanted \(wanted)"
        default: return "got a value of another type: \(value)"
        }
    }

    private func difference(_ got: [VectorElement], _ wanted: [SeriesNotation]) -> String? {
        var left = got
        for (index, line) in wanted.enumerated() {
            guard line.points.count == 1, let value = line.points[0] else {
                return "\(line.labels): an instant vector has one value a series"
            }
            guard let place = left.firstIndex(where: { $0.labels == line.labels }) else {
                return "missing series \(line.labels)"
            }
            if evaluation.isOrdered, got.indices.contains(index), got[index].labels != line.labels {
                return "expected \(line.labels) at place \(index + 1), got \(got[index].labels)"
            }
            let element = left.remove(at: place)
            if !isSame(element.value, value) { return "\(line.labels): got \(element.value), wanted \(value)" }
        }
        return left.first.map { "extra series \($0.labels) \($0.value)" }
    }

    /// In what series differ, at all times or at one.
    func difference(_ got: [SeriesPoints], onlyAt time: Int64?) -> String? {
        guard case .series(let wanted) = evaluation.value else { return "got a matrix" }
        let (start, step): (Int64, Int64) =
            switch evaluation.times {
            case .instant(let time): (time, 1)
            case .range(let from, _, let step): (from, step)
            }
        var left = got.map { ($0.labels, points($0).filter { time == nil || $0.timestamp == time }) }
        left.removeAll { $0.1.isEmpty }
        for line in wanted {
            let expected = line.points.enumerated().compactMap { index, value in
                value.map { Sample(start + Int64(index) * step, $0) }
            }
            if expected.isEmpty { continue }
            guard let place = left.firstIndex(where: { $0.0 == line.labels }) else {
                return "missing series \(line.labels)"
            }
            let (_, points) = left.remove(at: place)
            let isSame =
                points.count == expected.count
                && zip(points, expected).allSatisfy { $0.timestamp == $1.timestamp && self.isSame($0.value, $1.value) }
            if !isSame {
                func shown(_ samples: [Sample]) -> String {
                    samples.map { "\($0.value)@\($0.timestamp)" }.joined(separator: " ")
                }
                return "\(line.labels): got \(shown(points)), wanted \(shown(expected))"
            }
        }
        return left.first.map { "extra series \($0.0)" }
    }

    private func points(_ series: SeriesPoints) -> [Sample] {
        var points: [Sample] = []
        series.forEach { points.append(Sample($0, $1)) }
        return points
    }

    /// Equal, both NaN, or but for a millionth.
    private func isSame(_ a: Double, _ b: Double) -> Bool {
        if a == b || (a.isNaN && b.isNaN) { return true }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        if a == 0 || b == 0 || sum < .leastNormalMagnitude { return difference < 1e-6 * .leastNormalMagnitude }
        return difference / min(sum, .greatestFiniteMagnitude) < 1e-6
    }
}
