import Model
import PromQL
import Threads

/// Where thresholds and rules get their values from.
protocol JudgedSource: Sendable {
    /// How long an answer is waited for, in milliseconds, even where that is longer than an interval.
    var patience: Int64 { get }

    /// Asks all queries for one time. What cannot be answered within so many milliseconds is a failure with its reason.
    func ask(_ queries: [ParsedQuery], at time: Int64, within milliseconds: Int64) async -> [ThresholdResult]
}

/// The appliance's own samples.
struct LocalSource: JudgedSource {
    let series: any SeriesSource
    let options: QueryEngine.Options
    /// How many samples a query may hold at a time.
    let sampleLimit: Int
    let threads: RestingThreads
    let clock: any WallClock
    let patience: Int64 = 1000

    func ask(_ queries: [ParsedQuery], at time: Int64, within milliseconds: Int64) async -> [ThresholdResult] {
        let engine = QueryEngine(series, options: options)
        let deadline = clock.steady().after(milliseconds)
        do {
            return try await threads.perform { [self] in
                queries.map { query in
                    let left = deadline - clock.steady()
                    if left <= 0 { return .failure("the queries of the group took too long together") }
                    let control = QueryControl(timeout: left, sampleLimit: sampleLimit, clock: clock)
                    do throws(QueryError) {
                        return try vector(engine.instant(query, at: time, control: control).value)
                    } catch {
                        return .failure(error.description)
                    }
                }
            }
        } catch {
            return queries.map { _ in .failure("\(error)") }
        }
    }
}

/// The series of an answer; a scalar is one without labels.
func vector(_ value: QueryValue) -> ThresholdResult {
    switch value {
    case .vector(let elements, _): .vector(elements)
    case .scalar(let number, _): .vector([VectorElement(labels: .none, value: number)])
    case .string, .matrix: .failure("the query does not give an instant vector or a number")
    }
}
