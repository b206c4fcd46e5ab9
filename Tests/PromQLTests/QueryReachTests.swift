import Model
import Testing

@testable import PromQL

@Suite("The reach of a query")
struct QueryReachTests {
    @Test(
        "is as far back as it looks, with everything in it",
        arguments: [
            ("1 + time()", 0), ("x", 300), ("x offset 10m", 900), ("rate(x[1h])", 3600),
            ("rate(x[1h] offset 1h)", 7200),
            ("sum(rate(x[1m])) / on () y", 300), ("max_over_time(x[1h:1m])", 3900),
            ("max_over_time(rate(x[5m] offset 1m)[1h:1m] offset 2m)", 4080),
            ("topk(scalar(x offset 20m), y)", 1500), ("-sum(x)", 300), ("rate(x[2m * 5])", 600),
            ("max_over_time(x[10m] @ end())", 600), ("max_over_time((x @ start())[10m:])", 300),
        ])
    func back(query: String, seconds: Int64) throws {
        let reach = QueryReach(try ParsedQuery(query))
        #expect(reach.back == seconds * 1000 && reach.fixed == nil && !reach.looksAhead, "\(reach)")
    }

    @Test("knows what looks ahead, and what speaks of the query itself")
    func kinds() throws {
        func reach(_ text: String) throws -> QueryReach { QueryReach(try ParsedQuery(text)) }
        #expect(try reach("x offset -1m").looksAhead)
        #expect(try reach("max_over_time(x[5m:] offset -10m)").looksAhead)
        #expect(try !reach("max_over_time((x offset -1m)[5m:] offset 1m)").looksAhead)
        #expect(try reach("x @ 1000").fixed == 700_000)
        #expect(try reach("x @ 1000 + rate(y[10m] @ 500)").fixed == -100_000)
        #expect(try reach("x @ 1000").looksAhead)
        #expect(try reach("x @ end()").speaksOfItself)
        #expect(try reach("max_over_time(x[5m] @ start())").speaksOfItself)
        #expect(try !reach("rate(x[5m])").speaksOfItself)
        var options = QueryEngine.Options()
        options.lookBack = 60_000
        #expect(QueryReach(try ParsedQuery("x"), options: options).back == 60_000)
    }
}
