// What the store costs a sample: StoreBench [TARGETS [SERIES [SCRAPES [MILLISECONDS]]]], by default 100 targets of 1,000 series,
// 300 scrapes 2 s apart, in the mix of exporters.c. It prints CPU nanoseconds and bytes a sample; it judges nothing. With a
// folder as KEEP in the environment the file is made there and stays, for QueryBench.

import Glibc
import Instruments
import Logging
import Model
import Store

struct Load {
    enum Kind {
        case constant
        case counter
        case decimal
        case gauge
        case ratio
        case bucket
    }

    let labels: [Labels]
    private let kinds: [Kind]
    private var values: [Int64]
    private var rates: [UInt64]
    private var state: UInt64
    private(set) var body: [UInt8] = []
    private(set) var tokens: [SampleToken] = []

    init(target: Int, series: Int) {
        state = 42 &* 1_000_003 &+ UInt64(target) &* 7919 &+ 1
        var labels: [Labels] = []
        var kinds: [Kind] = []
        let units = [
            "info", "requests_total", "cpu_seconds_total", "memory_bytes", "saturation_ratio", "seconds_bucket",
        ]
        for index in 0..<series {
            let (block, line) = (index / 10, index % 10)
            let place = (block % 10) * 10 + line
            let kind: Kind =
                place < 40
                ? .constant
                : place < 65 ? .counter : place < 75 ? .decimal : place < 85 ? .gauge : place < 90 ? .ratio : .bucket
            kinds.append(kind)
            let unit = [.constant, .counter, .decimal, .gauge, .ratio, .bucket].firstIndex(of: kind) ?? 0
            labels.append([
                "__name__": "app_subsystem\(block)_\(units[unit])", "handler": "/api/v1/resource\(block % 7)",
                "method": ["GET", "POST", "PUT", "DELETE"][line % 4], "shard": "\(line)",
                "instance": "127.10.0.\(target):9100", "job": "bench",
            ])
        }
        self.labels = labels
        self.kinds = kinds
        values = []
        rates = []
        for kind in kinds {
            rates.append(1 + next() % 50)
            values.append(kind == .constant ? Int64(next() % 3) : Int64(next() % 1_000_000))
        }
    }

    private mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    /// The next scrape's values.
    mutating func advance() {
        body.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
        var carry: Int64 = 0
        for index in kinds.indices {
            let random = next()
            var text: String
            switch kinds[index] {
            case .constant: text = String(values[index])
            case .counter:
                values[index] += Int64(random % (rates[index] * 2))
                text = String(values[index])
            case .decimal:
                values[index] += Int64(random % (rates[index] * 2))
                let cents = values[index] % 100
                text = "\(values[index] / 100).\(cents < 10 ? "0" : "")\(cents)"
            case .gauge:
                values[index] = max(0, values[index] + Int64(random % 65) - 32)
                text = String(values[index] * 4096)
            case .ratio: text = "\(Double(random >> 11) / 9_007_199_254_740_992)"
            case .bucket:
                carry = index % 10 != 0 ? carry + Int64(random % 3) : Int64(random % 3)
                values[index] += carry
                text = String(values[index])
            }
            tokens.append(SampleToken(start: UInt32(body.count), length: UInt16(text.utf8.count)))
            text.withUTF8 { body.append(contentsOf: $0) }
        }
    }
}

func cpu(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func show(_ name: String, _ nanoseconds: UInt64, _ samples: Int) {
    let tenths = Double(nanoseconds) / Double(max(1, samples))
    print("\(name): \((tenths * 10).rounded() / 10) ns a sample (\(samples) samples)")
}

func size(_ path: String) -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : 0
}

func main() async throws {
    let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
    let (targets, series, scrapes, interval) = (
        numbers.first ?? 100, numbers.dropFirst().first ?? 1000, numbers.dropFirst(2).first ?? 300,
        Int64(numbers.dropFirst(3).first ?? 2000)
    )
    let kept = getenv("KEEP").map { String(cString: $0) }
    let folder = kept ?? "/tmp/store-bench-\(getpid())"
    mkdir(folder, 0o755)
    let path = folder + "/bench.db"
    defer { if kept == nil { for name in ["", "-wal", "-shm", "-reserve", "/.."] { unlink(path + name) } } }
    defer { if kept == nil { rmdir(folder) } }
    var options = Store.Options()
    options.closesByItself = false
    let store = try Store(path: path, options: options, registry: Registry(), logger: Logger(level: .error))
    var loads = (0..<targets).map { Load(target: $0, series: series) }
    var appenders: [TargetAppender] = []
    let first = WriteBatch()
    var mark = cpu(CLOCK_PROCESS_CPUTIME_ID)
    for (index, load) in loads.enumerated() {
        let description = TargetDescription(
            job: "bench", instance: "127.10.0.\(index):9100", url: "http://127.10.0.\(index):9100/metrics", labels: [:],
            discovered: [:], intervalMilliseconds: interval, timeoutMilliseconds: 1000)
        let appender = store.appender(target: store.begin(description, in: first))
        _ = appender.arrange(try load.labels.map { try appender.column(for: $0, in: first) }, reports: [])
        appenders.append(appender)
    }
    store.write(first)
    try await store.flush()
    show("new series", cpu(CLOCK_PROCESS_CPUTIME_ID) - mark, targets * series)
    let seriesBytes = size(path) + size(path + "-wal")

    let start = SystemClock().now() / 7_200_000 * 7_200_000 + 60_000
    var generating: UInt64 = 0
    var appending: UInt64 = 0
    var samples = 0
    mark = cpu(CLOCK_PROCESS_CPUTIME_ID)
    for scrape in 0..<scrapes {
        // Ten targets a batch, as they fall due together.
        for group in stride(from: 0, to: targets, by: 10) {
            let batch = WriteBatch()
            for index in group..<min(group + 10, targets) {
                let begin = cpu(CLOCK_THREAD_CPUTIME_ID)
                loads[index].advance()
                let generated = cpu(CLOCK_THREAD_CPUTIME_ID)
                loads[index].body.withUnsafeBytes { body in
                    loads[index].tokens.withUnsafeBufferPointer { tokens in
                        _ = appenders[index].append(
                            at: start + Int64(scrape) * interval + Int64(index), tokens, in: body, reports: [],
                            to: batch)
                    }
                }
                generating += generated - begin
                appending += cpu(CLOCK_THREAD_CPUTIME_ID) - generated
            }
            samples += batch.sampleCount
            store.write(batch)
        }
        if scrape % 4 == 3 { try await store.flush() }
    }
    try await store.flush()
    let whole = cpu(CLOCK_PROCESS_CPUTIME_ID) - mark
    show("append", appending, samples)
    show("commit", whole - generating - appending, samples)
    let headBytes = size(path)
    mark = cpu(CLOCK_PROCESS_CPUTIME_ID)
    _ = store.closeHead()
    show("close", cpu(CLOCK_PROCESS_CPUTIME_ID) - mark, samples)

    func read(_ name: String, _ matchers: [LabelMatcher], times: Int) throws {
        var found = 0
        let begin = cpu(CLOCK_THREAD_CPUTIME_ID)
        for _ in 0..<times {
            let cursor = try store.select(matchers, from: 0, to: .max)
            while try cursor.next() { found += try cursor.withSamples { times, _ in times.count } }
            cursor.close()
        }
        let spent = cpu(CLOCK_THREAD_CPUTIME_ID) - begin
        show("read \(name)", spent, found)
        print("  \(spent / UInt64(times) / 1000) µs a query")
    }
    try read(
        "one series",
        [
            .metric("app_subsystem4_requests_total"), LabelMatcher("instance", .equal, "127.10.0.7:9100"),
            LabelMatcher("shard", .equal, "3"),
        ],
        times: 20)
    try read(
        "one of each target", [.metric("app_subsystem4_requests_total"), LabelMatcher("shard", .equal, "3")], times: 5)
    try read("one metric", [.metric("app_subsystem4_requests_total")], times: 5)
    try read("everything", [LabelMatcher("__name__", .matches, ".+")], times: 1)
    store.close()
    let opening = monotonicNanoseconds()
    let reopened = try Store(path: path, options: options, registry: Registry(), logger: Logger(level: .error))
    print("open: \((monotonicNanoseconds() - opening) / 1_000_000) ms for \(targets * series) series")
    reopened.close()
    print("file with the head: \(headBytes / 1_000_000) MB; series: \(seriesBytes / (targets * series)) bytes each")
    _ = try Store.compact(path: path, logger: Logger(level: .error))
    if kept != nil { print("kept: \(path)") }
    print("file: \(Double((size(path) * 1000) / samples) / 1000) bytes a sample, series included")
}

try await main()
