import Model
import PromQL

/// The answers to a query at many times, ready to be taken time by time.
struct StepColumns {
    /// For each time the series that have a value then.
    private(set) var vectors: [[VectorElement]]

    /// Evaluates a query from one time to another.
    init(
        _ query: ParsedQuery, from: Int64, to: Int64, step: Int64, engine: QueryEngine, sampleLimit: Int
    ) throws(QueryError) {
        let count = Int(clamping: (to - from) / step) + 1
        vectors = Array(repeating: [], count: count)
        let control = QueryControl(timeout: .max, sampleLimit: sampleLimit)
        let result = try engine.range(query, from: from, to: to, step: step, control: control)
        guard case .matrix(let series) = result.value else { return }
        for one in series {
            one.forEach { time, value in
                let place = Int(clamping: (time - from) / step)
                if vectors.indices.contains(place) {
                    vectors[place].append(VectorElement(labels: one.labels, value: value))
                }
            }
        }
    }
}
