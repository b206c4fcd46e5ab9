import Model

// In which order the series of an instant vector come: by their labels, unless the query says something else.
extension Expression {
    /// Whether something in it puts series in an order of its own.
    public var hasOrder: Bool {
        switch self {
        case .number, .string, .selector, .rangeSelector: false
        case .subquery(let node): node.inner.hasOrder
        case .parenthesis(let node): node.inner.hasOrder
        case .sign(let node): node.inner.hasOrder
        case .binary(let node): node.left.hasOrder || node.right.hasOrder
        case .aggregation(let node):
            node.aggregator == .topk || node.aggregator == .bottomk || node.inner.hasOrder
        case .call(let node):
            node.function.name == "sort" || node.function.name == "sort_desc"
                || node.arguments.contains(where: \.hasOrder)
        }
    }
}

/// Which of two series with the same value comes first: the one whose labels do. Found out when it is asked for the first time.
final class LabelOrder {
    // Not the series: whoever changes them would have to copy them all.
    private let labels: [Labels]
    private lazy var places: [Int] = {
        var places = Array(repeating: 0, count: labels.count)
        for (place, index) in labels.indices.sorted(by: { labels[$0] < labels[$1] }).enumerated() {
            places[index] = place
        }
        return places
    }()

    init(_ series: [StepSeries]) { labels = series.map(\.labels) }

    func precedes(_ a: Int, _ b: Int) -> Bool { places[a] < places[b] }
}
