import Model

/// Finds for the series of one vector those of another, and reckons with each pair. The "one" side may have one series for a
/// signature at a time; the "many" side too, unless the query groups.
struct VectorMatcher {
    private let node: BinaryOperation
    private let matching: VectorMatching
    private let dropsNamesAtOnce: Bool
    private let steps: Int
    /// Whether the "many" side stands on the right.
    private let isSwapped: Bool
    private var results: [StepSeries] = []
    private var places: [Labels: Int] = [:]

    init(_ node: BinaryOperation, _ matching: VectorMatching, dropsNamesAtOnce: Bool, steps: Int) {
        self.node = node
        self.matching = matching
        self.dropsNamesAtOnce = dropsNamesAtOnce
        self.steps = steps
        isSwapped = matching.cardinality == .oneToMany
    }

    /// The series of the result; `check` is called now and then and may end it.
    mutating func match(
        many: [StepSeries], one: [StepSeries], check: () throws(QueryError) -> Void
    ) throws(QueryError) -> [StepSeries] {
        let signature = Signature(matching)
        var ones: [Labels: [Int]] = [:]
        for (index, series) in one.enumerated() { ones[signature.of(series.labels), default: []].append(index) }
        let isManyPresent = presence(of: many)
        for (key, members) in ones where members.count > 1 {
            try checkUnique(members.map { one[$0] }, key, isManyPresent)
        }
        var groups: [(many: [Int], one: [Int])] = []
        var groupPlaces: [Labels: Int] = [:]
        for (index, series) in many.enumerated() {
            let key = signature.of(series.labels)
            guard let partners = ones[key] else { continue }
            if let place = groupPlaces[key] {
                groups[place].many.append(index)
            } else {
                groupPlaces[key] = groups.count
                groups.append(([index], partners))
            }
        }
        for group in groups {
            try check()
            try combine(group.many.map { many[$0] }, group.one.map { one[$0] })
        }
        return results.filter { !$0.isEmpty }
    }

    /// At which steps there is any series at all.
    private func presence(of vector: [StepSeries]) -> [Bool] {
        var isPresent = Array(repeating: false, count: steps)
        for series in vector {
            for step in 0..<steps where !isAbsent(series.values[step]) { isPresent[step] = true }
        }
        return isPresent
    }

    /// Series of the "one" side with the same signature must not have values at the same time, if there is anything to match.
    private func checkUnique(_ series: [StepSeries], _ key: Labels, _ isManyPresent: [Bool]) throws(QueryError) {
        for step in 0..<steps where isManyPresent[step] {
            var found: StepSeries?
            for candidate in series where !isAbsent(candidate.values[step]) {
                guard let other = found else {
                    found = candidate
                    continue
                }
                let named = [other.labels.inBraces, candidate.labels.inBraces].sorted(by: bytesPrecede)
                throw .execution(
                    "found duplicate series for the match group \(key.inBraces) on the"
                        + " \(isSwapped ? "left" : "right") hand-side of the operation: [\(named[0]), \(named[1])]"
                        + ";many-to-many matching not allowed: matching labels must be unique on one side")
            }
        }
    }

    /// Reckons with all pairs of one signature.
    private mutating func combine(_ many: [StepSeries], _ one: [StepSeries]) throws(QueryError) {
        // The places of the results, by pair; and at which step each result was met last.
        var pairs: [Int] = Array(repeating: -1, count: many.count * one.count)
        var metAt: [Int: Int] = [:]
        let isOneToOne = matching.cardinality == .oneToOne
        let operation = node.operation
        for step in 0..<steps {
            guard let partner = one.firstIndex(where: { !isAbsent($0.values[step]) }) else { continue }
            var isMatched = false
            for index in many.indices where !isAbsent(many[index].values[step]) {
                if isOneToOne, isMatched {
                    throw .execution(
                        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
                }
                isMatched = true
                let pair = index * one.count + partner
                if pairs[pair] < 0 { pairs[pair] = place(of: labels(many[index], one[partner])) }
                let place = pairs[pair]
                if !isOneToOne, many.count > 1 {
                    if metAt[place] == step {
                        throw .execution(
                            "multiple matches for labels: grouping labels must ensure unique matches")
                    }
                    metAt[place] = step
                }
                let (a, b) =
                    isSwapped
                    ? (one[partner].values[step], many[index].values[step])
                    : (many[index].values[step], one[partner].values[step])
                let value: Double
                if operation.isComparison {
                    let holds = operation.holds(a, b)
                    value = node.returnsBool ? (holds ? 1 : 0) : (holds ? a : absent)
                } else {
                    value = operation.arithmetic(a, b)
                }
                if isAbsent(value) { continue }
                guard isAbsent(results[place].values[step]) else { throw Evaluator.sameLabels }
                results[place].values[step] = value
            }
        }
    }

    private mutating func place(of labels: Labels) -> Int {
        if let place = places[labels] { return place }
        places[labels] = results.count
        results.append(
            StepSeries(
                labels: labels, dropsName: node.returnsBool, values: Array(repeating: absent, count: steps)))
        return results.count - 1
    }

    /// The labels of the result for a pair.
    private func labels(_ many: StepSeries, _ one: StepSeries) -> Labels {
        var labels = many.labels
        if node.operation.changesMeaning || (node.returnsBool && dropsNamesAtOnce) { labels = labels.withoutMetric }
        if matching.cardinality == .oneToOne {
            labels = matching.isOn ? labels.keeping(matching.labels) : labels.dropping(matching.labels)
        }
        for name in matching.included { labels.set(name, one.labels[name] ?? "") }
        return labels
    }
}
