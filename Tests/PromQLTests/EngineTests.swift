import Model
import PromQL
import Testing

@Suite("The engine")
struct EngineTests {
    /// `a`: a counter a minute; `b`: ten thousand series.
    static let source: MemorySource = {
        var source = MemorySource()
        source.add(["__name__": "a_total", "x": "1"], (0...60).map { Sample(Int64($0) * 60_000, Double($0)) })
        source.add(["__name__": "c_total", "x": "1"], (0...60).map { Sample(Int64($0) * 60_000, Double($0)) })
        return source
    }()

    private func instant(
        _ text: String, at time: Int64 = 600_000, sampleLimit: Int = 1_000_000, options: QueryEngine.Options = .init()
    ) throws(QueryError) -> QueryResult {
        let control = QueryControl(timeout: 60_000, sampleLimit: sampleLimit)
        return try QueryEngine(Self.source, options: options).instant(try ParsedQuery(text), at: time, control: control)
    }

    private func vector(_ text: String, options: QueryEngine.Options = .init()) throws -> [String: Double] {
        guard case .vector(let elements, _) = try instant(text, options: options).value else { return [:] }
        return Dictionary(uniqueKeysWithValues: elements.map { ($0.labels.description, $0.value) })
    }

    // MARK: Names

    @Test("drops names at once unless told otherwise")
    func names() throws {
        #expect(
            try vector("label_replace(rate(a_total[5m]), \"y\", \"$1\", \"__name__\", \"(.*)\")").keys.first
                == "{x=\"1\"}")
        var options = QueryEngine.Options()
        options.delaysNameRemoval = true
        #expect(
            try vector("label_replace(rate(a_total[5m]), \"y\", \"$1\", \"__name__\", \"(.*)\")", options: options)
                .keys.first == "{x=\"1\", y=\"a_total\"}")
    }

    @Test(
        "refuses series that are the same without their names",
        arguments: ["abs({x=\"1\"})", "rate({x=\"1\"}[5m])", "-{x=\"1\"}", "{x=\"1\"} * 2", "timestamp({x=\"1\"})"])
    func same(query: String) {
        #expect(throws: QueryError.execution("vector cannot contain metrics with the same labelset")) {
            try instant(query)
        }
    }

    @Test("names series that are one too many as Prometheus does")
    func duplicates() {
        let message =
            "found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation: "
            + "[{__name__=\"a_total\", x=\"1\"}, {__name__=\"c_total\", x=\"1\"}];many-to-many matching not allowed: "
            + "matching labels must be unique on one side"
        #expect(throws: QueryError.execution(message)) { try instant("a_total + on (x) {x=\"1\"}") }
    }

    // MARK: Times

    @Test("looks back five minutes, to the millisecond")
    func lookBack() throws {
        let last: Int64 = 3_600_000
        func count(_ time: Int64) throws -> Int {
            guard case .vector(let elements, _) = try instant("a_total", at: time).value else { return -1 }
            return elements.count
        }
        #expect(try count(last) == 1)
        #expect(try count(last + 299_999) == 1)
        #expect(try count(last + 300_000) == 0)
        var options = QueryEngine.Options()
        options.lookBack = 1000
        #expect(try instant("a_total", at: 600_999, options: options).value.isEmpty == false)
        #expect(try instant("a_total", at: 601_000, options: options).value.isEmpty)
    }

    @Test(
        "fixes selectors in time at every step alike",
        arguments: [
            ("a_total @ 300", "5 5 5"), ("sum(a_total @ start())", "10 10 10"), ("a_total @ end() - a_total", "2 1 0"),
            ("a_total offset -1m", "11 12 13"), ("rate(a_total[5m] @ 600) * 60", "1 1 1"),
            ("sum_over_time(a_total[2m] @ 600)", "19 19 19"),
            ("sum_over_time(a_total[2m:1m] @ 600 offset 1m)", "17 17 17"),
            ("timestamp(a_total @ 300)", "300 300 300"), ("predict_linear(a_total[5m] @ 600, 60) + 0", "11 12 13"),
            ("max_over_time(a_total[range()] @ end())", "12 12 12"),
            ("last_over_time(a_total[step() * 2])", "10 11 12"),
            ("time() - start_of()", ""),
        ])
    func fixed(query: String, values: String) throws {
        guard let parsed = try? ParsedQuery(query) else {
            #expect(values.isEmpty)
            return
        }
        let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
        let result = try QueryEngine(Self.source).range(
            parsed, from: 600_000, to: 720_000, step: 60_000, control: control)
        guard case .matrix(let series) = result.value else { return }
        var got: [String] = []
        series.first?.forEach { got.append(formatAPIValue(($1 * 1e6).rounded() / 1e6)) }
        #expect(got.joined(separator: " ") == values)
    }

    @Test(
        "has an answer at any time",
        arguments: [.min, -9_223_309_901_257_974_000, -1, .max, 9_223_309_901_257_974_000] as [Int64])
    func anyTime(time: Int64) throws {
        for query in [
            "a_total offset 290y", "a_total offset -290y", "rate(a_total[290y])", "sum_over_time(a_total[290y:1y])",
            "a_total @ 288230376151711", "hour()", "timestamp(a_total)", "predict_linear(a_total[1h], 1e300)",
        ] {
            _ = try instant(query, at: time)
            let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
            _ = try QueryEngine(Self.source).range(
                ParsedQuery(query), from: time, to: time, step: .max, control: control)
        }
        let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
        #expect(throws: QueryError.tooManySamples) {
            try QueryEngine(Self.source).range(ParsedQuery("a_total"), from: .min, to: .max, step: 1, control: control)
        }
    }

    // MARK: Limits

    @Test("holds no more samples than it may")
    func sampleLimit() throws {
        #expect(throws: QueryError.tooManySamples) {
            try instant("sum_over_time(a_total[1h])", at: 3_600_000, sampleLimit: 30)
        }
        #expect(throws: QueryError.tooManySamples) { try instant("a_total[1h]", at: 3_600_000, sampleLimit: 30) }
        #expect(throws: QueryError.tooManySamples) { try instant("sum_over_time(vector(1)[1000d:1ms])") }
        let result = try instant("sum(sum_over_time(a_total[1h]))", at: 3_600_000, sampleLimit: 100)
        #expect(result.statistics.totalSamples == 60)
        #expect((60...70).contains(result.statistics.peakSamples))
    }

    @Test("holds no more than it may together with others, as long as anybody has their results")
    func account() throws {
        let account = SampleAccount()
        func evaluate() throws -> QueryControl {
            let control = QueryControl(timeout: 60_000, sampleLimit: 150, together: account)
            _ = try QueryEngine(Self.source, options: .init()).instant(
                try ParsedQuery("a_total[1h]"), at: 3_600_000, control: control)
            return control
        }
        var first: QueryControl? = try evaluate()
        #expect(first != nil)
        #expect(throws: QueryError.tooManySamplesTogether) { try evaluate() }
        first = nil
        for _ in 0..<3 { _ = try evaluate() }
    }

    @Test("puts series in the order of their labels, also those with the same value")
    func order() throws {
        var source = MemorySource()
        for number in [7, 3, 9, 1, 5] {
            source.add(["__name__": "m", "i": "\(number)"], [Sample(0, number == 9 ? 2 : 1)])
        }
        func labels(_ query: String) throws -> [String] {
            let control = QueryControl(timeout: 60_000, sampleLimit: 1000)
            let result = try QueryEngine(source, options: .init()).instant(
                try ParsedQuery(query), at: 0, control: control)
            guard case .vector(let elements, _) = result.value else { return [] }
            return elements.map { $0.labels["i"] ?? "" }
        }
        #expect(try labels("m") == ["1", "3", "5", "7", "9"])
        #expect(try labels("m{i='9'} or m") == ["1", "3", "5", "7", "9"])
        #expect(try labels("topk(3, m)") == ["9", "1", "3"])
        #expect(try labels("bottomk(2, m)") == ["1", "3"])
        #expect(try labels("sort(m)") == ["1", "3", "5", "7", "9"])
        #expect(try labels("sort_desc(m) * 2") == ["9", "1", "3", "5", "7"])
    }

    @Test("makes the date of NaN that Prometheus makes")
    func dates() throws {
        // As Prometheus on amd64 answers.
        let expected: [(String, Double)] = [
            ("minute", 30), ("hour", 15), ("day_of_week", 0), ("day_of_month", 4), ("day_of_year", 339),
            ("days_in_month", 31), ("month", 12), ("year", 292_277_026_596),
        ]
        for (function, value) in expected {
            for argument in ["NaN", "Inf", "-Inf", "1e300"] {
                #expect(try vector("\(function)(vector(\(argument)))") == ["{}": value])
            }
        }
        for (time, year, dayOfYear): (String, Double, Double) in [
            ("9e15", 285_200_616, 206), ("-9e15", -285_196_677, 161), ("9e18", 285_198_648_531, 111),
            ("-9e18", -285_198_644_592, 256),
        ] {
            #expect(try vector("year(vector(\(time)))") == ["{}": year])
            #expect(try vector("day_of_year(vector(\(time)))") == ["{}": dayOfYear])
        }
    }

    @Test("ends when it is told to, or when its time is over")
    func ends() throws {
        let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
        control.cancel()
        #expect(throws: QueryError.cancelled) {
            try QueryEngine(Self.source).instant(ParsedQuery("a_total"), at: 0, control: control)
        }
        let clock = SteppingClock()
        let late = QueryControl(timeout: 5, sampleLimit: 1_000_000, clock: clock)
        #expect(throws: QueryError.timedOut) {
            try QueryEngine(Self.source).instant(ParsedQuery("a_total + a_total + a_total"), at: 0, control: late)
        }
    }

    @Test("of two series for a name that is dropped at different times makes one")
    func merging() throws {
        var source = MemorySource()
        source.add(["__name__": "a"], [Sample(0, 1), Sample(60_000, staleMarker)])
        source.add(["__name__": "b"], [Sample(60_000, 2)])
        let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
        let result = try QueryEngine(source).range(
            ParsedQuery("abs({__name__=~\"a|b\"})"), from: 0, to: 60_000, step: 60_000, control: control)
        guard case .matrix(let series) = result.value else { return }
        #expect(series.count == 1 && series.first?.count == 2)
    }

    @Test(
        "evaluates no query to a range that has no range",
        arguments: ["a_total[5m]", "\"text\""])
    func rangeTypes(query: String) {
        let control = QueryControl(timeout: 60_000, sampleLimit: 1_000_000)
        #expect(throws: QueryError.self) {
            try QueryEngine(Self.source).range(ParsedQuery(query), from: 0, to: 1, step: 1, control: control)
        }
    }
}

/// Goes on by a millisecond whenever somebody looks.
private final class SteppingClock: WallClock, @unchecked Sendable {
    // Sendable: one test, one thread.
    private var time: Int64 = 0

    func now() -> Int64 { time }

    func steady() -> Int64 {
        time += 1
        return time
    }
}

extension QueryValue {
    fileprivate var isEmpty: Bool {
        if case .vector(let elements, _) = self { elements.isEmpty } else { false }
    }
}
