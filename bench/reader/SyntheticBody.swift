/// A body in the shape that the load generator `exporters` answers with: families of ten lines, 113 bytes a sample with
/// the comments, and of a hundred values 40 constant, 25 whole counters, 10 decimal counters, 10 whole gauges, 5 gauges of
/// 17 digits and 10 buckets of a histogram.
struct SyntheticBody {
    private enum Kind {
        case constant
        case counter
        case decimal
        case gauge
        case ratio
        case bucket

        init(position: Int) {
            switch position % 100 {
            case ..<40: self = .constant
            case ..<65: self = .counter
            case ..<75: self = .decimal
            case ..<85: self = .gauge
            case ..<90: self = .ratio
            default: self = .bucket
            }
        }

        var unit: String {
            switch self {
            case .constant: "info"
            case .counter: "requests_total"
            case .decimal: "cpu_seconds_total"
            case .gauge: "memory_bytes"
            case .ratio: "saturation_ratio"
            case .bucket: "request_duration_seconds"
            }
        }

        var type: String {
            switch self {
            case .counter, .decimal: "counter"
            case .bucket: "histogram"
            default: "gauge"
            }
        }
    }

    private struct Series {
        var kind: Kind
        var head: String
        var prefix: String
        var value: Int64
        var rate: UInt64
    }

    private var series: [Series] = []
    private var state: UInt64

    private mutating func random() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// A target of `count` series.
    init(count: Int, seed: UInt64 = 42) {
        state = seed &* 1_000_003 &+ 1
        let methods = ["GET", "POST", "PUT", "DELETE"]
        let codes = ["200", "204", "404", "500"]
        let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.5", "1", "5", "10", "+Inf"]
        for index in 0..<count {
            let (block, line) = index.quotientAndRemainder(dividingBy: 10)
            let position = block % 10 * 10 + line
            let kind = Kind(position: position)
            let family = "app_subsystem\(block)_\(kind.unit)"
            var head = ""
            if line == 0 || Kind(position: position - 1) != kind {
                head = "# HELP \(family) Synthetic \(kind.type) number \(block) of the load generator.\n"
                head += "# TYPE \(family) \(kind.type)\n"
            }
            let prefix =
                kind == .bucket
                ? "\(family)_bucket{handler=\"/api/v1/resource\(block % 7)\",le=\"\(bounds[line])\"} "
                : "\(family){handler=\"/api/v1/resource\(block % 7)\",method=\"\(methods[line % 4])\","
                    + "code=\"\(codes[line / 4 % 4])\",shard=\"\(line)\"} "
            let value = Int64(kind == .constant ? random() % 3 : random() % 1_000_000)
            series.append(Series(kind: kind, head: head, prefix: prefix, value: value, rate: 1 + random() % 50))
        }
    }

    /// The next scrape.
    mutating func next() -> [UInt8] {
        var body = ""
        for index in series.indices {
            let number = random()
            switch series[index].kind {
            case .constant, .ratio: break
            case .gauge: series[index].value = max(0, series[index].value + Int64(number % 65) - 32)
            default: series[index].value += Int64(number % (series[index].rate * 2))
            }
            let one = series[index]
            body += one.head + one.prefix
            switch one.kind {
            case .decimal: body += "\(one.value / 100).\(one.value / 10 % 10)\(one.value % 10)"
            case .ratio: body += "\(Double(number >> 11) / 9_007_199_254_740_992)"
            case .gauge: body += "\(one.value * 4096)"
            default: body += "\(one.value)"
            }
            body += "\n"
        }
        return Array(body.utf8)
    }
}
