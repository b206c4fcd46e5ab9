// Throws arbitrary texts at the query language: lexer, parser, printer, and the evaluator over a few series.

import Model
import PromQL

func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do throws(QueryError) {
        let query = try ParsedQuery(text)
        comparePrinting(query.expression)
        evaluate(query)
    } catch {
        guard case .syntax(let reason) = error else {
            preconditionFailure("refused otherwise than for its syntax: \(error)")
        }
        require(!reason.message.isEmpty, "refused without a reason")
        require(reason.range.start >= 0 && reason.range.start <= text.utf8.count, "a place outside of the text")
    }
    return 0
}

/// What is printed can be read, and prints itself the same way again.
func comparePrinting(_ expression: Expression) {
    let printed = expression.description
    do throws(QuerySyntaxError) {
        let again = try parseQuery(printed).description
        require(again == printed, "printed otherwise the second time: \(printed) -> \(again)")
    } catch {
        preconditionFailure("what is printed cannot be read: \(printed): \(error)")
    }
}

let source: MemorySource = {
    var source = MemorySource()
    for instance in 0..<4 {
        let labels: Labels = ["instance": String(instance), "job": instance < 2 ? "a" : "b"]
        source.add(
            labels.setting("__name__", "foo"),
            (0..<40).map { Sample(Int64($0) * 15_000, $0 == 20 ? staleMarker : Double($0 * instance)) })
        source.add(
            labels.setting("__name__", "bar_bucket").setting("le", ["0.1", "1", "+Inf", "x"][instance]),
            (0..<40).map { Sample(Int64($0) * 15_000, Double($0 * (instance + 1))) })
    }
    source.add(
        ["__name__": "odd"],
        [.nan, .infinity, -.infinity, -0.0, 1e308].enumerated().map { Sample(Int64($0) * 60_000, $1) })
    return source
}()

/// Whatever the query is, it has an answer or a reason.
func evaluate(_ query: ParsedQuery) {
    let engine = QueryEngine(source)
    do {
        attempt { () throws(QueryError) in
            try engine.instant(query, at: 300_000, control: QueryControl(timeout: 2000, sampleLimit: 20_000))
        }
        attempt { () throws(QueryError) in
            try engine.range(
                query, from: 0, to: 600_000, step: 60_000,
                control: QueryControl(timeout: 2000, sampleLimit: 20_000))
        }
    }
}

func attempt(_ evaluation: () throws(QueryError) -> QueryResult) {
    do throws(QueryError) {
        let result = try evaluation()
        if case .matrix(let series) = result.value {
            for one in series { one.forEach { _, value in require(!isStale(value), "a stale marker in a result") } }
        }
    } catch {
        require(!error.description.isEmpty, "failed without a reason")
    }
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { preconditionFailure(message()) }
}
