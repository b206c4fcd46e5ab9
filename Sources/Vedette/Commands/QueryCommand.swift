import Glibc
import HTTPAPI
import Model
import PromQL
import Store
import Threads

extension Option {
    fileprivate static let time = Option(name: "--time", placeholder: "TIME", help: "when (default: now)")
    fileprivate static let start = Option(name: "--start", placeholder: "TIME", help: "the first time of a range")
    fileprivate static let end = Option(
        name: "--end", placeholder: "TIME", help: "the last time of a range (default: now)")
    fileprivate static let step = Option(
        name: "--step", placeholder: "DURATION", help: "from one time to the next (default: what suits a chart)")
    fileprivate static let url = Option(
        name: "--url", placeholder: "URL", help: "ask this server, a vedette or Prometheus, rather than a file")
    fileprivate static let json = Option(
        name: "--json", placeholder: "", help: "print what the query API would answer")
}

let queryCommand = Command(
    words: ["query"], arguments: ["EXPR"],
    summary: "evaluate a PromQL expression over the database, or on a server: a table, or a chart of a range",
    options: [.data, .url, .time, .start, .end, .step, .json]
) { invocation in
    let text = invocation.arguments[0]
    let isJSON = invocation.has(.json)
    var times = try QueryTimes(
        time: invocation[.time], start: invocation[.start], end: invocation[.end], step: invocation[.step],
        now: SystemClock().now())
    if let url = invocation[.url] {
        let answer = try await RemoteQuery(url: url).answer(text, times)
        if isJSON {
            write(answer, to: STDOUT_FILENO)
            write("\n", to: STDOUT_FILENO)
            return 0
        }
        let read = try QueryAnswer(json: answer)
        show(read.value, read.notes, times)
        return 0
    }
    let query: ParsedQuery
    do throws(QueryError) {
        query = try ParsedQuery(text)
    } catch {
        throw UserError("cannot read the query: \(error)")
    }
    let path = invocation[.data] ?? defaultDataPath
    let series = try StoredSeries(path: path)
    defer { series.close() }
    if case .instant(let time) = times, invocation[.time] == nil, let newest = try series.newestTime(),
        newest < time - QueryEngine.Options().lookBack
    {
        // Nobody writes this file any more: what it says last is more of an answer than nothing.
        complain("the newest samples of \(path) are of \(formatTimestamp(newest)): asked at that time")
        times = .instant(newest)
    }
    let result = try await answer(query, times, over: series)
    if isJSON {
        try result.writeAnswer { write($0, to: STDOUT_FILENO) }
        write("\n", to: STDOUT_FILENO)
    } else {
        show(result.value, result.warnings + result.infos, times)
    }
    return 0
}

/// Evaluates a query on a thread whose stack suffices for the deepest one.
private func answer(
    _ query: ParsedQuery, _ times: QueryTimes, over series: StoredSeries
) async throws -> QueryResult {
    let outcome = try await onThread(name: "query", stackSize: QueryEngine.stackSize) {
        Result { () throws(QueryError) -> QueryResult in
            // Whoever waits at a terminal ends it himself, and has the machine to himself.
            let control = QueryControl(timeout: .max, sampleLimit: 500_000_000)
            let engine = QueryEngine(series)
            switch times {
            case .instant(let time): return try engine.instant(query, at: time, control: control)
            case .range(let from, let to, let step):
                return try engine.range(query, from: from, to: to, step: step, control: control)
            }
        }
    }
    do throws(QueryError) {
        return try outcome.get()
    } catch {
        throw UserError("cannot evaluate the query: \(error)")
    }
}

/// Prints an answer for people; what may be wrong with it goes to standard error.
private func show(_ value: QueryValue, _ notes: [String], _ times: QueryTimes) {
    for note in notes { complain(note) }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let text = AnswerText(width: terminalWidth(), hasColours: isTerminal && getenv("NO_COLOR") == nil)
    if case .matrix(let series) = value, case .range(let from, let to, _) = times {
        write(text.chart(series, from: from, to: to), to: STDOUT_FILENO)
    } else {
        write(text.table(value), to: STDOUT_FILENO)
    }
}

/// The width of the terminal on standard output, 80 characters where there is none.
func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}
