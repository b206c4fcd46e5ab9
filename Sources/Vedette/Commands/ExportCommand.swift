import Model
import PromQL
import Store

extension Option {
    static let match = Option(
        name: "--match", placeholder: "SELECTOR", help: "which series, such as '{job=\"node\"}' (default: all)")
    static let from = Option(
        name: "--from", placeholder: "TIME", help: "the first time: Unix seconds, ISO 8601, or -1h for an hour ago")
    static let to = Option(name: "--to", placeholder: "TIME", help: "the last time, likewise")
    static let out = Option(name: "--out", placeholder: "FILE", help: "where to write it (default: standard output)")
}

let exportCommand = Command(
    words: ["export"], summary: "write samples as OpenMetrics with timestamps, also while the database is in use",
    options: [.data, .match, .from, .to, .out]
) { invocation in
    let now = SystemClock().now()
    let matchers = try invocation[.match].map(selector) ?? []
    let from = try invocation[.from].map { text throws(UserError) in try parseTime(text, now: now) } ?? 0
    let to = try invocation[.to].map { text throws(UserError) in try parseTime(text, now: now) } ?? .max
    let store = try StoredSeries(path: invocation[.data] ?? defaultDataPath)
    defer { store.close() }
    let file = try OutputFile(invocation[.out])
    var export = try Export(store, matchers, from: from, to: to) { try file.write($0) }
    try export.run()
    try file.finish()
    return 0
}

private func selector(_ text: String) throws -> [LabelMatcher] {
    do throws(QuerySyntaxError) {
        return try parseSelector(text)
    } catch {
        throw UserError("cannot read selector \(quoted(text)): \(error.message)")
    }
}
