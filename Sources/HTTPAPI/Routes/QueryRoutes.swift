import Model
import PromQL

extension Router {
    /// `/api/v1/query` and what belongs to it.
    mutating func addQueryRoutes(_ services: Services) {
        on(.get, .post, at: "/api/v1/query", .waiting { try await answerInstantQuery($0, services) })
        on(.get, .post, at: "/api/v1/query_range", .waiting { try await answerRangeQuery($0, services) })
        on(.get, .post, at: "/api/v1/query_exemplars", .waiting { try await answerExemplarQuery($0, services) })
        on(
            .get, .post, at: "/api/v1/format_query",
            .waiting { request in
                let text = try APIParameters(request)["query"]
                return try await services.queries.run {
                    let formatted = try ParsedQuery(text).expression.formatted
                    return APIResponse.success { $0.value(formatted) }
                }
            })
        on(
            .get, .post, at: "/api/v1/parse_query",
            .waiting { request in
                let text = try APIParameters(request)["query"]
                return try await services.queries.run {
                    let expression = try ParsedQuery(text).expression
                    return APIResponse.success { write(expression, to: &$0) }
                }
            })
    }
}

/// The points that a series may have in an answer.
private let mostPoints: Int64 = 11_000

private func answerInstantQuery(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let limit = try parameters.limit()
    let time = try parameters.time("time", or: PreciseTime(milliseconds: services.clock.now())).milliseconds
    let timeout = try parameters.duration("timeout")
    let engine = try engine(parameters, services)
    let text = parameters["query"]
    let finished = try await services.queries.answer(timeout: timeout.map(wholeMilliseconds)) { control in
        try engine.instant(ParsedQuery(text), at: time, control: control)
    }
    return try queryAnswer(finished, limit: limit, stats: parameters["stats"]).response()
}

private func answerRangeQuery(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let limit = try parameters.limit()
    let start = try parameters.requiredTime("start")
    let end = try parameters.requiredTime("end")
    if end < start { throw invalidParameter("end", "end timestamp must not be before start time") }
    let step = try parameters.requiredDuration("step")
    if step <= 0 {
        throw invalidParameter(
            "step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
    }
    if end.nanoseconds(since: start) / step > mostPoints {
        throw HTTPError.api(
            .badData,
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
                + "(?step=XX)")
    }
    let timeout = try parameters.duration("timeout")
    let engine = try engine(parameters, services)
    let text = parameters["query"]
    let finished = try await services.queries.answer(timeout: timeout.map(wholeMilliseconds)) { control in
        let query = try ParsedQuery(text)
        let type = query.expression.type
        guard type == .scalar || type == .vector else {
            throw invalidParameter(
                "query",
                "invalid expression type \(quotedAsGo(type.documentedName)) for range query, must be Scalar or "
                    + "instant Vector")
        }
        return try engine.range(
            query, from: start.milliseconds, to: end.milliseconds, step: wholeMilliseconds(step), control: control)
    }
    return try queryAnswer(finished, limit: limit, stats: parameters["stats"]).response()
}

/// Exemplars are not stored: whatever is asked, none is found.
private func answerExemplarQuery(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let start = try parameters.time("start", or: .earliest)
    let end = try parameters.time("end", or: .latest)
    if end < start { throw HTTPError.api(.badData, "end timestamp must not be before start timestamp") }
    let text = parameters["query"]
    return try await services.queries.run {
        do throws(QuerySyntaxError) {
            // Where nothing is selected Prometheus says nothing at all.
            if try !parseQuery(text).hasSelector { return HTTPResponse(status: .noContent) }
        } catch {
            throw HTTPError.api(.badData, error.description)
        }
        return APIResponse.success { $0.array { _ in } }
    }
}

extension Expression {
    /// Whether it reads series.
    fileprivate var hasSelector: Bool {
        switch self {
        case .number, .string: false
        case .selector, .rangeSelector: true
        case .subquery(let node): node.inner.hasSelector
        case .call(let node): node.arguments.contains(where: \.hasSelector)
        case .aggregation(let node): node.inner.hasSelector || (node.parameter?.hasSelector ?? false)
        case .binary(let node): node.left.hasSelector || node.right.hasSelector
        case .sign(let node): node.inner.hasSelector
        case .parenthesis(let node): node.inner.hasSelector
        }
    }
}

private func engine(_ parameters: APIParameters, _ services: Services) throws(HTTPError) -> QueryEngine {
    let settings = services.queries.settings
    var options = QueryEngine.Options()
    options.lookBack = settings.lookbackDelta
    options.subqueryInterval = settings.subqueryInterval
    let text = parameters["lookback_delta"]
    if !text.isEmpty {
        do throws(UserError) {
            let lookBack = try readAPIDuration(text)
            if lookBack > 0 { options.lookBack = wholeMilliseconds(lookBack) }
        } catch {
            throw .api(.badData, "error parsing lookback delta duration: \(error.message)")
        }
    }
    return QueryEngine(services.series, options: options)
}

/// Nanoseconds as milliseconds; a time that is shorter than one is one.
private func wholeMilliseconds(_ nanoseconds: Int64) -> Int64 {
    nanoseconds > 0 ? max(1, nanoseconds / 1_000_000) : 0
}
