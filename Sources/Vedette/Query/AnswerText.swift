import Model
import PromQL

/// Answers to queries as people read them.
struct AnswerText {
    /// How wide it may be, in characters.
    var width = 80
    var hasColours = false

    /// More lines than a chart can tell apart.
    private static let mostLines = 12

    /// A vector or scalar as a table; samples by series.
    func table(_ value: QueryValue) -> String {
        switch value {
        case .scalar(let number, _): return readable(number) + "\n"
        case .string(let text, _): return text + "\n"
        case .vector(let elements, _): return table(elements)
        case .matrix(let series): return list(series)
        }
    }

    private func table(_ elements: [VectorElement]) -> String {
        if elements.isEmpty { return "no series\n" }
        let shared = SharedLabels(elements.map(\.labels))
        var table = TableText(shared.different.map { ($0, .left) } + [("value", .right)])
        for element in elements {
            table.add(shared.different.map { element.labels[$0] ?? "" } + [readable(element.value)])
        }
        return shared.heading + table.text
    }

    private func list(_ series: [SeriesPoints]) -> String {
        if series.isEmpty { return "no series\n" }
        return series.map { one in
            var table = TableText([("time", .left), ("value", .right)])
            one.forEach { table.add([formatTimestamp($0), readable($1)]) }
            return "\(oneLine(one.labels.description))\n\(table.text)"
        }.joined(separator: "\n")
    }

    /// The answer to a range query as a chart. Of many series those are drawn that end highest.
    func chart(_ series: [SeriesPoints], from start: Int64, to end: Int64) -> String {
        if series.isEmpty { return "no series\n" }
        let shared = SharedLabels(series.map(\.labels))
        var lines = series.map { one in
            var points: [(time: Int64, value: Double)] = []
            one.forEach { points.append((time: $0, value: $1)) }
            return ChartText.Line(name: shared.name(of: one.labels), points: points)
        }
        var note = ""
        if lines.count > Self.mostLines {
            note = "the \(Self.mostLines) of \(lines.count) series that end highest\n"
            lines.sort { ($0.points.last?.value ?? -.infinity) > ($1.points.last?.value ?? -.infinity) }
            lines.removeSubrange(Self.mostLines...)
        }
        let chart = ChartText(lines, from: start, to: end, width: width, height: 15, hasColours: hasColours)
        return shared.heading + chart.text + note
    }
}

/// What all series have in common is said once.
struct SharedLabels {
    /// The labels in which series differ, in byte order.
    let different: [String]
    let shared: Labels

    init(_ all: [Labels]) {
        let names = Set(all.flatMap { $0.pairs.map(\.name) }).sorted(by: bytesPrecede)
        let first = all.first ?? .none
        let isShared = { (name: String) in all.count > 1 && all.allSatisfy { $0[name] == first[name] } }
        different = names.filter { !isShared($0) }
        shared = first.keeping(names.filter(isShared))
    }

    /// A line with the shared labels; empty when there are none.
    var heading: String { shared.pairs.isEmpty ? "" : oneLine(shared.description) + "\n" }

    /// A series by the labels that it does not share.
    func name(of labels: Labels) -> String {
        let own = labels.keeping(different)
        return own.pairs.isEmpty ? "{}" : own.description
    }
}

/// A number as people write it: with an exponent only where there would be very many digits.
func readable(_ number: Double) -> String {
    number == 0 || (1e-6..<1e16).contains(number.magnitude) ? formatAPIValue(number) : formatExpositionValue(number)
}
