// What queries cost within the process: QueryBench FILE [TIMES [QUERY]]. The file is one that StoreBench has kept. It prints the
// median of the milliseconds of each query, by its last hour and by all of it; it judges nothing.

import Glibc
import Instruments
import Logging
import Model
import PromQL
import Store

let queries = [
    "app_subsystem1_info{instance=\"127.10.0.1:9100\",shard=\"3\"}",
    "sum(rate(app_subsystem4_requests_total[5m]))",
    "sum by (method) (rate({__name__=~\"app_subsystem[1-6]4_requests_total\"}[5m]))",
    "avg by (instance) (avg_over_time({__name__=~\"app_subsystem[1-6]8_saturation_ratio\"}[10m]))",
    "topk(10, rate({__name__=~\"app_subsystem[1-6]4_requests_total\"}[5m]))",
    "sum by (__name__) ({__name__=~\"app_.*\"})",
    "max_over_time(sum(rate(app_subsystem14_requests_total[1m]))[30m:1m])",
    "app_subsystem4_requests_total / on (instance, shard, method) app_subsystem14_requests_total",
    "count({__name__=~\".*_bytes\"} > 1e9)",
]

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let begin = monotonicNanoseconds()
    try body()
    return Double(monotonicNanoseconds() - begin) / 1e6
}

func shown(_ times: [Double]) -> String {
    let median = times.sorted()[times.count / 2]
    return "\((median * 100).rounded() / 100) ms"
}

func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else { return print("usage: QueryBench FILE [TIMES [QUERY]]") }
    let times = arguments.count > 2 ? max(1, Int(arguments[2]) ?? 5) : 5
    var options = Store.Options()
    options.closesByItself = false
    let store = try Store(path: arguments[1], options: options, registry: Registry(), logger: Logger(level: .error))
    defer { store.close() }
    let statistics = try store.statistics()
    guard let start = statistics.minTime, let end = statistics.maxTime else { return print("the file has no samples") }
    print("\(statistics.seriesCount) series, \((end - start) / 60_000) minutes")
    let engine = QueryEngine(store)
    func control() -> QueryControl { QueryControl(timeout: 600_000, sampleLimit: 50_000_000) }
    for text in arguments.count > 3 ? Array(arguments[3...]) : queries {
        let query = try ParsedQuery(text)
        var (instant, hour, all): ([Double], [Double], [Double]) = ([], [], [])
        var samples = 0
        for _ in 0..<times {
            instant.append(
                try milliseconds {
                    samples = try engine.instant(query, at: end, control: control()).statistics.totalSamples
                })
            hour.append(
                try milliseconds {
                    _ = try engine.range(query, from: end - 3_600_000, to: end, step: 15_000, control: control())
                })
            all.append(
                try milliseconds {
                    _ = try engine.range(query, from: start, to: end, step: 60_000, control: control())
                })
        }
        print("instant \(shown(instant)) (\(samples) samples), 1 h \(shown(hour)), all \(shown(all)): \(text)")
    }
}

try main()
