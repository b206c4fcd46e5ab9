import Foundation
import Instruments
import Model
import PromQL
import Synchronization
import Testing

@testable import HTTPAPI

/// Work that goes on until somebody says so.
private final class Latch: Sendable {
    private let semaphore = Semaphore()
    private let reached = Atomic(0)

    var arrivals: Int { reached.load(ordering: .sequentiallyConsistent) }

    func arriveAndWait() {
        reached.add(1, ordering: .sequentiallyConsistent)
        semaphore.wait()
    }

    func open() { semaphore.post() }
}

/// How nice the calling thread is: to the kernel it is a process of its own.
private func presentNiceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }

private func runner(_ concurrency: Int, gate: QueryGate = QueryGate()) -> QueryRunner {
    var settings = QuerySettings()
    settings.maxConcurrency = concurrency
    return QueryRunner(
        settings: { [settings] in settings }, registry: Registry(), clock: SystemClock(), gate: gate)
}

@Suite("The threads of queries")
struct QueryRunnerTests {
    @Test("run so many at a time, and the rest in the order in which they came")
    func concurrency() async throws {
        let gate = QueryGate()
        let runner = runner(2, gate: gate)
        let latch = Latch()
        let notes = Notes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<5 {
                group.addTask {
                    try await runner.run { latch.arriveAndWait() }
                    await notes.add("\(number)")
                }
                // One after the other, so that it is known which came first.
                #expect(await eventually { latch.arrivals + gate.waiting == number + 1 })
            }
            #expect(latch.arrivals == 2)
            #expect(gate.waiting == 3)
            for done in 1...5 {
                latch.open()
                #expect(await eventually { await notes.all.count == done })
                #expect(await eventually { latch.arrivals == min(5, 2 + done) })
            }
            try await group.waitForAll()
        }
        // The first two may have been let go in either order.
        #expect(await notes.all.dropFirst(2) == ["2", "3", "4"])
    }

    @Test("tell who waited too long that it timed out in the queue")
    func timeout() async throws {
        let own = Mutex<QueryGate?>(nil)
        let gate = QueryGate(sleep: { milliseconds in
            #expect(milliseconds == 5000)
            // Whose time is over before he stands in line is never told.
            #expect(own.withLock { $0?.waiting } == 1)
        })
        own.withLock { $0 = gate }
        let runner = runner(1, gate: gate)
        let latch = Latch()
        async let blocking: Void = runner.run { latch.arriveAndWait() }
        #expect(await eventually { latch.arrivals == 1 })
        for _ in 0..<300 {
            let error = await #expect(throws: HTTPError.self) {
                try await runner.answer(timeout: 5000) { _ in throw QueryError.execution("it ran") }
            }
            #expect(error?.message == "query timed out in query queue")
            #expect(error?.status == .serviceUnavailable)
            #expect(error?.apiKind == "timeout")
        }
        latch.open()
        try await blocking
        // Its place in the line is nobody's.
        #expect(gate.waiting == 0)
        #expect(try await runner.run { 7 } == 7)
    }

    @Test("let those go who are cancelled, whether they wait or run")
    func cancelled() async throws {
        let gate = QueryGate()
        let runner = runner(1, gate: gate)
        let latch = Latch()
        let running = Task {
            try await runner.answer(timeout: nil) { control in
                latch.arriveAndWait()
                return try QueryEngine(MemorySource()).instant(ParsedQuery("1"), at: 0, control: control)
            }
        }
        #expect(await eventually { latch.arrivals == 1 })
        let waiting = Task { try await runner.run { 1 } }
        #expect(await eventually { gate.waiting == 1 })
        waiting.cancel()
        let left = await #expect(throws: HTTPError.self) { try await waiting.value }
        #expect(left?.message == "query was canceled in query queue")
        #expect(left?.status.rawValue == 499)
        running.cancel()
        latch.open()
        let ended = await #expect(throws: HTTPError.self) { _ = try await running.value }
        #expect(ended?.message == "query was canceled in expression evaluation")
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await runner.run { 2 }
        }
        late.cancel()
        _ = await late.result
        #expect(gate.waiting == 0)
    }

    @Test("are nicer than those that scrape")
    func niceness() async throws {
        let before = presentNiceness()
        #expect(try await runner(1).run { presentNiceness() } == min(19, before + 5))
        #expect(presentNiceness() == before)
    }

    @Test("end a query whose client goes away")
    func leavingClient() async throws {
        let source = SlowSource()
        let registry = Registry()
        let router = Router.standard(fakeServices(series: source, registry: registry))
        try await withServer(router) { server in
            var client: RawClient? = try RawClient(server.address.port)
            client?.send(request("/api/v1/query?query=up"))
            #expect(await eventually { source.isAsked })
            client = nil
            #expect(await eventually { server.connectionCount == 0 })
            #expect(outcome("canceled", in: registry) == 1)
        }
    }

    private func outcome(_ name: String, in registry: Registry) -> Double? {
        registry.snapshots().flatMap(\.samples).first {
            $0.name == "vedette_queries_total" && $0.labels.contains { $0.value == name }
        }?.value
    }
}

/// Series without an end: only the query's control ends a query about them.
private final class SlowSource: SeriesSource, LabelSource, SeriesCursor {
    private let asked = Atomic(false)

    var isAsked: Bool { asked.load(ordering: .relaxed) }

    func select(_ matchers: [LabelMatcher], from: Int64, to: Int64) -> any SeriesCursor { self }
    func series(_ selections: [[LabelMatcher]], from: Int64, to: Int64) throws -> any SeriesList {
        throw UserError("nobody asks")
    }
    func labelNames(_ selections: [[LabelMatcher]], from: Int64, to: Int64) -> [String] { [] }
    func labelValues(_ name: String, _ selections: [[LabelMatcher]], from: Int64, to: Int64) -> [String] { [] }

    var seriesCount: Int { .max }
    var seriesID: Int64 { 1 }
    var labels: Labels { ["__name__": "up"] }
    func next() -> Bool {
        asked.store(true, ordering: .relaxed)
        return true
    }
    func withSamples<Result>(
        _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<Double>) throws -> Result
    ) throws -> Result {
        try body(UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
    }
    func close() {}
}

@Suite("The deepest queries")
struct DeepQueryTests {
    private static let series = FakeSeries(series: [(["__name__": "up"], [Sample(1_700_000_090_000, 1)])])

    /// Expressions that stand in each other as deeply as the parser allows, each in a way of its own.
    static let shapes: [(name: String, query: @Sendable (Int) -> String)] = [
        ("parentheses", { nest("(", ")", $0, around: "up") }),
        ("signs", { nest("-", "", $0, around: "up") }),
        ("signs of numbers", { nest("-(", ")", $0 / 2, around: "1") }),
        ("calls", { nest("abs(", ")", $0, around: "up") }),
        ("calls with many arguments", { nest("clamp(", ",0,scalar(up))", $0, around: "up") }),
        ("aggregations", { nest("sum(", ")", $0, around: "up") }),
        ("aggregations with parameters", { nest("topk(1,", ")", $0, around: "up") }),
        ("parameters", { nest("topk(scalar(", "),up)", $0 / 2, around: "up") }),
        ("sums", { (["up"] + (0..<$0).map { _ in "up" }).joined(separator: "+") }),
        ("sums of numbers", { (["1"] + (0..<$0).map { _ in "1" }).joined(separator: "+") }),
        ("sets", { (["up"] + (0..<$0).map { _ in "up" }).joined(separator: " or ") }),
        ("powers", { (["up"] + (0..<$0).map { _ in "up" }).joined(separator: "^") }),
        ("powers of numbers", { (["1"] + (0..<$0).map { _ in "1" }).joined(separator: "^") }),
        ("subqueries", { nest("max_over_time(", "[2ms:1ms])", $0 / 2, around: "up") }),
        ("labels", { nest("label_replace(", #","a","b","c","d")"#, $0, around: "up") }),
        ("histograms", { nest("histogram_quantile(1,", ")", $0, around: "up") }),
        ("absence", { nest("absent(", ")", $0, around: "up") }),
    ]

    private static func nest(_ opening: String, _ closing: String, _ depth: Int, around inner: String) -> String {
        String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)
    }

    @Test("have stack enough", arguments: shapes.map(\.name))
    func stack(shape: String) async throws {
        let query = try #require(Self.shapes.first { $0.name == shape }?.query)
        let client = RouteClient(router: .standard(fakeServices(series: Self.series)))
        // The deepest that is let through, whatever counts as a level.
        var (deepest, tooDeep) = (100, 600)
        while deepest + 1 < tooDeep {
            let depth = (deepest + tooDeep) / 2
            if try await isParsed(query(depth)) { deepest = depth } else { tooDeep = depth }
        }
        #expect(deepest > 200)
        for route in ["query", "format_query", "parse_query", "query_exemplars"] {
            let answer = try await client.post(
                "/api/v1/\(route)", headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: "timeout=5&query=" + encoded(query(deepest)))
            // Whatever comes of it, it comes.
            #expect([200, 204, 422, 503].contains(answer.status.rawValue), "\(route): \(answer.text.prefix(200))")
        }
        let refused = try await client.post(
            "/api/v1/query", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "query=" + encoded(query(100_000)))
        #expect(refused.text.contains("more than 500 deep"))
    }

    private func isParsed(_ text: String) async throws -> Bool {
        try await runner(1).run {
            do {
                _ = try ParsedQuery(text)
                return true
            } catch {
                return false
            }
        }
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
