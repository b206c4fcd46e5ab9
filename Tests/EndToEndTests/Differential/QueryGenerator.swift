/// Makes queries of all that the language has, over the metrics of `TestSeries`.
struct QueryGenerator {
    private var random: RandomSource
    private static let metrics = [
        "requests_total", "temperature", "latency_seconds_bucket", "info", "sparse", "nothing",
    ]
    private static let deepest = 3

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    /// An instant vector that fits on a line.
    mutating func query() -> String {
        while true {
            let text = vector(0)
            if text.utf8.count < 400 { return text }
        }
    }

    mutating func one<Item>(of items: [Item]) -> Item { random.one(of: items) }

    // MARK: Selectors

    private mutating func selector(_ metric: String? = nil) -> String {
        (metric ?? one(of: Self.metrics)) + matchers() + modifier()
    }

    private mutating func matchers() -> String {
        let all = [
            "job=\"api\"", "job!=\"web\"", "instance=~\"a|b\"", "instance!~\"c.*\"", "code=\"200\"", "code=~\"5..\"",
            "zone=\"\"", "le!=\"\"", "job=~\".+\"", "code=~\".*\"",
        ]
        let count = one(of: [0, 0, 0, 1, 1, 2])
        return count == 0 ? "" : "{\((0..<count).map { _ in one(of: all) }.joined(separator: ","))}"
    }

    private mutating func modifier() -> String {
        if random.happens(0.12) { return " offset " + one(of: ["1m", "-2m", "7m30s", "1h"]) }
        if random.happens(0.08) { return " @ " + one(of: ["1003.5", "3000.5", "start()", "end()"]) }
        return random.happens(0.03) ? " @ end() offset 5m" : ""
    }

    private mutating func range(_ metric: String? = nil, _ depth: Int) -> String {
        if depth < 2, random.happens(0.15) {
            let inner = one(of: [selector(), "abs(\(selector()))", "sum by (job) (\(selector()))", "\(selector()) * 2"])
            return "(\(inner))[\(one(of: ["5m", "10m", "3m20s"])):\(one(of: ["1m", "30s", "", "47s"]))]\(modifier())"
        }
        let length = one(of: ["1m", "90s", "2m", "5m", "47s", "10m", "3m20s"])
        return "\(metric ?? one(of: Self.metrics))\(matchers())[\(length)]\(modifier())"
    }

    // MARK: Vectors

    private mutating func vector(_ depth: Int) -> String {
        if depth > Self.deepest { return selector() }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<12: return selector()
        case 12..<32: return rangeFunction(depth)
        case 32..<45: return function(depth)
        case 45..<64: return aggregation(depth)
        case 64..<70: return histogram()
        case 70..<74: return labels(depth)
        case 74..<77: return "-\(vector(depth + 1))"
        case 77..<84: return withScalar(depth)
        case 84..<93: return matched(depth)
        default:
            let matching = one(of: ["", " on (job)", " ignoring (code)", " on ()"])
            return "(\(vector(depth + 1)) \(one(of: ["and", "or", "unless"]))\(matching) \(vector(depth + 1)))"
        }
    }

    private mutating func rangeFunction(_ depth: Int) -> String {
        if random.happens(0.15) {
            return "quantile_over_time(\(one(of: ["0.5", "0.9", "0", "1"])), \(range(nil, depth)))"
        }
        if random.happens(0.15) {
            // Without @: in a range 2.42 takes another window there than it takes for the same times one by one.
            return "predict_linear(temperature[\(one(of: ["2m", "5m", "10m"]))], \(one(of: ["60", "3600", "-10"])))"
        }
        let name = one(of: [
            "rate", "increase", "irate", "delta", "idelta", "deriv", "resets", "changes", "avg_over_time",
            "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "stddev_over_time",
            "stdvar_over_time",
            "last_over_time", "present_over_time", "absent_over_time",
        ])
        return "\(name)(\(range(nil, depth)))"
    }

    private mutating func function(_ depth: Int) -> String {
        if random.happens(0.2) {
            let name = one(of: [
                "hour", "minute", "month", "year", "day_of_month", "day_of_week", "day_of_year", "days_in_month",
            ])
            return random.happens(0.3) ? "\(name)()" : "\(name)(\(vector(depth + 1)))"
        }
        if random.happens(0.25) {
            return one(of: [
                "clamp_min(\(vector(depth + 1)), \(scalar()))", "clamp_max(\(vector(depth + 1)), \(scalar()))",
                "clamp(\(vector(depth + 1)), -1, 20)", "round(\(vector(depth + 1)))",
                "round(\(vector(depth + 1)), \(one(of: ["0.1", "5"])))", "absent(\(vector(depth + 1)))",
                "vector(\(scalar()))",
            ])
        }
        let name = one(of: [
            "abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "sgn", "sin", "cos", "tan", "asin", "atan",
            "sinh", "tanh", "deg", "rad", "timestamp", "sort", "sort_desc",
        ])
        return "\(name)(\(vector(depth + 1)))"
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let labels = ["job", "instance", "code", "le", "zone", "version"].filter { _ in random.happens(0.3) }
            .joined(separator: ", ")
        let grouping = one(of: ["", " by (\(labels)) ", " without (\(labels)) "])
        switch Int.random(in: 0..<10, using: &random) {
        // Which of several alike are the largest is nobody's promise: only values that are never alike.
        case 0:
            return "\(one(of: ["topk", "bottomk"]))\(grouping)(\(one(of: ["1", "2", "5"])), temperature\(modifier()))"
        case 1: return "quantile\(grouping)(\(one(of: ["0.5", "0.99", "0.1"])), \(vector(depth + 1)))"
        case 2: return "count_values(\"v\", \(selector("requests_total")))"
        default:
            let name = one(of: ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"])
            return "\(name)\(grouping)(\(vector(depth + 1)))"
        }
    }

    private mutating func histogram() -> String {
        let length = one(of: ["1m", "5m", "10m"])
        let buckets = one(of: [
            "rate(latency_seconds_bucket\(matchers())[\(length)])",
            "sum by (le, job) (rate(latency_seconds_bucket[\(length)]))",
        ])
        return "histogram_quantile(\(one(of: ["0.5", "0.9", "0.99", "0"])), \(buckets))"
    }

    private mutating func labels(_ depth: Int) -> String {
        if random.happens(0.3) { return "label_join(\(vector(depth + 1)), \"joined\", \"-\", \"job\", \"instance\")" }
        let (target, source) = (one(of: ["new", "job", "zone"]), one(of: ["instance", "code", "nothing"]))
        return "label_replace(\(vector(depth + 1)), \"\(target)\", \"x-$1\", \"\(source)\", \"(.*)\")"
    }

    private mutating func withScalar(_ depth: Int) -> String {
        let operation = one(of: [
            "+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "> bool", "== bool",
        ])
        let sides = [vector(depth + 1), scalar()]
        return random.happens(0.3) ? "(\(sides[1]) \(operation) \(sides[0]))" : "(\(sides[0]) \(operation) \(sides[1]))"
    }

    private mutating func matched(_ depth: Int) -> String {
        let operation = one(of: ["+", "-", "*", "/", "^", "==", "!=", ">", "<= bool"])
        let matching = one(of: [
            "", " on (job, instance)", " ignoring (code, le)", " on (instance) group_left (version)",
            " on (job, instance) group_left ()", " ignoring (code) group_right ()", " on (instance) group_right (zone)",
        ])
        return "(\(vector(depth + 1)) \(operation)\(matching) \(vector(depth + 1)))"
    }

    private mutating func scalar() -> String {
        one(of: [
            "1", "2.5", "0", "-3", "1e3", "time()", "scalar(info{instance=\"a\"})", "pi()", "(1 + 2) * 3", "Inf", "NaN",
            "2 ^ 3 ^ 0.5", "-7 % 3", "scalar(sparse)",
        ])
    }
}
