import Model

// Operators with at least one vector.
extension Evaluator {
    func binary(_ node: BinaryOperation, _ steps: Steps, needsLabels: Bool, _ sink: @escaping Sink) throws {
        if node.left.type == .scalar {
            try withScalar(
                scalar(node.left, steps), isLeft: true, node, node.right, steps, needsLabels: needsLabels, sink)
        } else if node.right.type == .scalar {
            try withScalar(
                scalar(node.right, steps), isLeft: false, node, node.left, steps, needsLabels: needsLabels, sink)
        } else if node.operation.isSetOperator {
            try combineSets(node, steps, sink)
        } else {
            try match(node, steps, sink)
        }
    }

    // MARK: A vector and a scalar

    private func withScalar(
        _ scalars: [Double], isLeft: Bool, _ node: BinaryOperation, _ other: Expression, _ steps: Steps,
        needsLabels: Bool, _ sink: @escaping Sink
    ) throws {
        let operation = node.operation
        func apply(_ value: Double, _ scalar: Double) -> Double {
            let (a, b) = isLeft ? (scalar, value) : (value, scalar)
            guard operation.isComparison else { return operation.arithmetic(a, b) }
            let holds = operation.holds(a, b)
            // A filter keeps the vector's value, whichever side it stands on.
            return node.returnsBool ? (holds ? 1 : 0) : (holds ? value : absent)
        }
        func change(_ values: inout [Double]) {
            for step in values.indices where !isAbsent(values[step]) {
                values[step] = apply(values[step], scalars[step])
            }
        }
        if operation.isComparison, !node.returnsBool {
            return try vector(other, steps, needsLabels: needsLabels) { series in
                var series = series
                change(&series.values)
                if !series.isEmpty { try sink(series) }
            }
        }
        try withoutNames(of: other, steps, needsLabels: needsLabels, sink, change)
    }

    // MARK: Set operators

    private func combineSets(_ node: BinaryOperation, _ steps: Steps, _ sink: @escaping Sink) throws {
        guard let matching = node.matching else { return }
        let right = try collect(node.right, steps)
        defer { release(right.count * steps.count) }
        let signature = Signature(matching)
        if node.operation == .or { return try union(node.left, right, signature, steps, sink) }
        // Where the right side has a series for a signature, it lets those of the left side through, or keeps them out.
        var presence: [Labels: [Bool]] = [:]
        for series in right { note(series, in: &presence, signature) }
        let keepsPresent = node.operation == .and
        try vector(node.left, steps) { series in
            var series = series
            let present = presence[signature.of(series.labels)]
            for step in series.values.indices where (present?[step] ?? false) != keepsPresent {
                series.values[step] = absent
            }
            if !series.isEmpty { try sink(series) }
        }
    }

    private func union(
        _ leftExpression: Expression, _ right: [StepSeries], _ signature: Signature, _ steps: Steps,
        _ sink: @escaping Sink
    ) throws {
        var presence: [Labels: [Bool]] = [:]
        var merger = SeriesMerger()
        try vector(leftExpression, steps) { [self] series in
            try hold(series.values.count)
            note(series, in: &presence, signature)
            try merger.add(series)
        }
        for var series in right {
            if let present = presence[signature.of(series.labels)] {
                for step in series.values.indices where present[step] { series.values[step] = absent }
            }
            if series.isEmpty { continue }
            try hold(series.values.count)
            try merger.add(series)
        }
        for series in merger.series { try sink(series) }
        release(merger.series.count * steps.count)
    }

    private func note(_ series: StepSeries, in presence: inout [Labels: [Bool]], _ signature: Signature) {
        let key = signature.of(series.labels)
        var present = presence.removeValue(forKey: key) ?? Array(repeating: false, count: series.values.count)
        for step in present.indices where !isAbsent(series.values[step]) { present[step] = true }
        presence[key] = present
    }

    // MARK: Two vectors

    private func match(_ node: BinaryOperation, _ steps: Steps, _ sink: @escaping Sink) throws {
        guard let matching = node.matching else { return }
        // One to many is many to one with the sides changed, but for what is subtracted from what.
        let isSwapped = matching.cardinality == .oneToMany
        let one = try collect(isSwapped ? node.left : node.right, steps)
        let many = try collect(isSwapped ? node.right : node.left, steps)
        defer { release((one.count + many.count) * steps.count) }
        var matcher = VectorMatcher(node, matching, dropsNamesAtOnce: !options.delaysNameRemoval, steps: steps.count)
        for series in try matcher.match(many: many, one: one, check: { () throws(QueryError) in try control.check() }) {
            try sink(series)
        }
    }
}

/// The labels by which series of two vectors find each other.
struct Signature {
    private let names: [String]
    private let isOn: Bool

    init(_ matching: VectorMatching) {
        isOn = matching.isOn
        names = isOn ? matching.labels : matching.labels + [Labels.metricName]
    }

    func of(_ labels: Labels) -> Labels { isOn ? labels.keeping(names) : labels.dropping(names) }
}
