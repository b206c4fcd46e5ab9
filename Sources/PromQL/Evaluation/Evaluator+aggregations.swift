import Model

// Few series of many.
extension Evaluator {
    func aggregate(_ node: Aggregation, _ steps: Steps, _ sink: @escaping Sink) throws {
        let grouping = Grouping(node)
        let parameter = node.parameter?.unwrapped
        switch node.aggregator {
        case .topk, .bottomk:
            guard let parameter else { return }
            try rank(node, by: scalar(parameter, steps), grouping, steps, sink)
        case .countValues:
            guard case .string(let literal)? = parameter else { return }
            try countValues(node, literal, grouping, steps, sink)
        case .quantile:
            guard let parameter else { return }
            let quantiles = try scalar(parameter, steps)
            noteQuantiles(quantiles, at: parameter.range)
            try gather(node, grouping, steps, quantiles, sink)
        default: try gather(node, grouping, steps, nil, sink)
        }
    }

    /// Adds the members of each group up as they come.
    private func gather(
        _ node: Aggregation, _ grouping: Grouping, _ steps: Steps, _ quantiles: [Double]?, _ sink: @escaping Sink
    ) throws {
        var groups: [(labels: Labels, dropsName: Bool, column: AggregationColumn)] = []
        var places: [Labels: Int] = [:]
        var heldForLists = 0
        defer { release(heldForLists) }
        try vector(node.inner.unwrapped, steps, needsLabels: !grouping.isAll) { [self] series in
            let labels = grouping.labels(of: series.labels)
            let place = grouping.isAll && !groups.isEmpty ? 0 : places[labels] ?? groups.count
            if place == groups.count {
                try hold(steps.count)
                places[labels] = place
                groups.append((labels, false, AggregationColumn(node.aggregator, steps: steps.count)))
            }
            if quantiles != nil {
                try hold(steps.count)
                heldForLists += steps.count
            }
            groups[place].column.add(series.values)
            if series.dropsName { groups[place].dropsName = true }
        }
        for group in groups {
            release(steps.count)
            try control.check()
            try sink(
                StepSeries(
                    labels: group.labels, dropsName: group.dropsName, values: group.column.result(quantiles)))
        }
    }

    private func noteQuantiles(_ quantiles: [Double], at range: SourceRange) {
        if quantiles.contains(where: \.isNaN) { annotations.quantileOutOfRange(.nan, at: range) }
        let numbers = quantiles.filter { !$0.isNaN }
        if let most = numbers.max(), most > 1 { annotations.quantileOutOfRange(most, at: range) }
        if let least = numbers.min(), least < 0 { annotations.quantileOutOfRange(least, at: range) }
    }

    // MARK: The largest and smallest

    private func rank(
        _ node: Aggregation, by limits: [Double], _ grouping: Grouping, _ steps: Steps, _ sink: @escaping Sink
    ) throws {
        guard limits.contains(where: { !($0 < 1) }) else { return }
        if limits.contains(where: \.isNaN) { throw QueryError.execution("Parameter value is NaN") }
        if let least = limits.min(), least <= -0x1p63 {
            throw QueryError.execution("Scalar value \(formatExpositionValue(least)) underflows int64")
        }
        if let most = limits.max(), most >= 0x1p63 {
            throw QueryError.execution("Scalar value \(formatExpositionValue(most)) overflows int64")
        }
        var members = try collect(node.inner.unwrapped, steps)
        var groups: [[Int]] = []
        var places: [Labels: Int] = [:]
        for (index, member) in members.enumerated() {
            let labels = grouping.labels(of: member.labels)
            if let place = places[labels] {
                groups[place].append(index)
            } else {
                places[labels] = groups.count
                groups.append([index])
            }
        }
        let isLargest = node.aggregator == .topk
        let order = LabelOrder(members)
        if steps.count == 1 {
            for group in groups {
                for index in best(Int(limits[0]), of: group, at: 0, in: members, isLargest, order) {
                    try sink(members[index])
                }
            }
        } else {
            for group in groups {
                try control.check()
                for step in 0..<steps.count {
                    let chosen = best(Int(limits[step]), of: group, at: step, in: members, isLargest, order)
                    let kept = chosen.map { members[$0].values[step] }
                    for index in group { members[index].values[step] = absent }
                    for (index, value) in zip(chosen, kept) { members[index].values[step] = value }
                }
            }
            for member in members where !member.isEmpty { try sink(member) }
        }
        release(members.count * steps.count)
    }

    /// The best members of a group at a step, the best first, NaN last of all.
    private func best(
        _ limit: Int, of group: [Int], at step: Int, in members: [StepSeries], _ isLargest: Bool, _ order: LabelOrder
    ) -> [Int] {
        guard limit > 0 else { return [] }
        func comesBefore(_ a: (index: Int, value: Double), _ b: (index: Int, value: Double)) -> Bool {
            if a.value.isNaN != b.value.isNaN { return b.value.isNaN }
            if a.value == b.value || a.value.isNaN { return order.precedes(a.index, b.index) }
            return isLargest ? a.value > b.value : a.value < b.value
        }
        var best: [(index: Int, value: Double)] = []
        for index in group {
            let candidate = (index: index, value: members[index].values[step])
            if isAbsent(candidate.value) { continue }
            if best.count >= limit {
                guard let worst = best.last, comesBefore(candidate, worst) else { continue }
                best.removeLast()
            }
            var (low, high) = (0, best.count)
            while low < high {
                let middle = (low + high) / 2
                if comesBefore(candidate, best[middle]) { high = middle } else { low = middle + 1 }
            }
            best.insert(candidate, at: low)
        }
        return best.map(\.index)
    }

    // MARK: Counting values

    private func countValues(
        _ node: Aggregation, _ label: StringLiteral, _ grouping: Grouping, _ steps: Steps, _ sink: @escaping Sink
    ) throws {
        if label.value.isEmpty { throw QueryError.execution("invalid label name \"\"") }
        let grouping = grouping.adding(label.value)
        var counted: [StepSeries] = []
        var places: [Labels: Int] = [:]
        try vector(node.inner.unwrapped, steps) { [self] series in
            for step in series.values.indices where !isAbsent(series.values[step]) {
                let labels = grouping.labels(
                    of: series.labels.setting(label.value, formatAPIValue(series.values[step])))
                let place = places[labels] ?? counted.count
                if place == counted.count {
                    try hold(steps.count)
                    places[labels] = place
                    counted.append(StepSeries(labels: labels, values: Array(repeating: absent, count: steps.count)))
                }
                let before = counted[place].values[step]
                counted[place].values[step] = isAbsent(before) ? 1 : before + 1
            }
        }
        for series in counted {
            release(steps.count)
            try sink(series)
        }
    }
}

/// By which labels an aggregation makes its groups.
struct Grouping {
    private var names: [String]
    private let isWithout: Bool

    init(_ node: Aggregation) {
        names = node.isWithout ? node.grouping + [Labels.metricName] : node.grouping
        isWithout = node.isWithout
    }

    /// Whether all series are one group.
    var isAll: Bool { !isWithout && names.isEmpty }

    /// With one more label that is kept.
    func adding(_ name: String) -> Grouping {
        var grouping = self
        if !isWithout { grouping.names.append(name) }
        return grouping
    }

    /// The labels of the group to which a series belongs.
    func labels(of labels: Labels) -> Labels {
        if isWithout { return labels.dropping(names) }
        return names.isEmpty ? .none : labels.keeping(names)
    }
}
