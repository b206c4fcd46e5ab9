import Model
import Patterns

// Functions that change the labels of series.
extension Evaluator {
    func labelReplace(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let destination = try text(call, 1)
        let replacement = try text(call, 2)
        let source = try text(call, 3)
        let pattern = try text(call, 4)
        let regex: RegularExpression
        do throws(UserError) {
            regex = try RegularExpression(pattern)
        } catch {
            throw QueryError.execution("invalid regular expression in label_replace(): \(pattern)")
        }
        if destination.isEmpty {
            throw QueryError.execution("invalid destination label name in label_replace(): \(destination)")
        }
        try relabel(argument(call, 0), destination, steps, sink) { labels in
            regex.expand(replacement, with: labels[source] ?? "")
        }
    }

    func labelJoin(_ call: Call, _ steps: Steps, _ sink: @escaping Sink) throws {
        let destination = try text(call, 1)
        let separator = call.arguments.count > 2 ? try text(call, 2) : ""
        let sources = try call.arguments.indices.dropFirst(3).map { try text(call, $0) }
        if sources.contains(where: \.isEmpty) {
            throw QueryError.execution("invalid source label name in label_join(): ")
        }
        if destination.isEmpty {
            throw QueryError.execution("invalid destination label name in label_join(): \(destination)")
        }
        try relabel(argument(call, 0), destination, steps, sink) { labels in
            sources.map { labels[$0] ?? "" }.joined(separator: separator)
        }
    }

    /// Gives each series a label, or leaves it as it is where there is no value for it.
    private func relabel(
        _ expression: Expression, _ destination: String, _ steps: Steps, _ sink: @escaping Sink,
        _ value: @escaping (Labels) -> String?
    ) throws {
        var merger = SeriesMerger()
        try vector(expression, steps) { [self] series in
            var series = series
            if let value = value(series.labels) {
                series.labels.set(destination, value)
                // A name that was just given is there to stay.
                if sameBytes(destination, Labels.metricName) { series.dropsName = false }
            }
            try hold(series.values.count)
            try merger.add(series)
        }
        for series in merger.series {
            release(series.values.count)
            try sink(series)
        }
    }
}
