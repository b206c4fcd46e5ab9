import Model

extension Router {
    /// Which series and labels there are.
    mutating func addLabelRoutes(_ services: Services) {
        on(.get, .post, at: "/api/v1/series", .waiting { try await answerSeries($0, services) })
        on(.get, .post, at: "/api/v1/labels", .waiting { try await answerLabelNames($0, services) })
        on(.get, at: "/api/v1/label/{name}/values", .waiting { try await answerLabelValues($0, services) })
    }
}

private func answerSeries(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    if parameters.selectorTexts.isEmpty { throw HTTPError.api(.badData, "no match[] parameter provided") }
    let limit = try parameters.limit()
    let (from, to) = try parameters.range()
    let selections: [[LabelMatcher]]
    do throws(HTTPError) {
        selections = try parameters.selections()
    } catch {
        throw invalidParameter("match[]", error.message)
    }
    return try await services.queries.run {
        let series = try services.labels.series(selections, from: from, to: to)
        let shown = limit > 0 ? min(limit, series.count) : series.count
        return try PiecewiseAnswer(
            count: shown, stride: 256,
            elements: { range, json in
                for labels in try series.labels(in: range) { json.value(labels) }
            },
            notes: notes(shown, of: series.count)
        ).response()
    }
}

private func answerLabelNames(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let limit = try parameters.limit()
    let (from, to) = try parameters.range()
    let selections = try parameters.selections()
    return try await services.queries.run {
        try textsResponse(services.labels.labelNames(selections, from: from, to: to), limit: limit)
    }
}

private func answerLabelValues(_ request: HTTPRequest, _ services: Services) async throws -> HTTPResponse {
    let parameters = try APIParameters(request)
    let name = unescapedName(request.pathParameters["name"] ?? "")
    if name.isEmpty { throw HTTPError.api(.badData, "invalid label name: \(quotedAsGo(name))") }
    let limit = try parameters.limit()
    let (from, to) = try parameters.range()
    let selections = try parameters.selections()
    return try await services.queries.run {
        try textsResponse(services.labels.labelValues(name, selections, from: from, to: to), limit: limit)
    }
}

private func textsResponse(_ texts: [String], limit: Int) throws -> HTTPResponse {
    let shown = limit > 0 ? min(limit, texts.count) : texts.count
    return try PiecewiseAnswer(
        count: shown,
        elements: { range, json in
            for text in texts[range] { json.value(text) }
        },
        notes: notes(shown, of: texts.count)
    ).response()
}

private func notes(_ shown: Int, of count: Int) -> APINotes {
    APINotes(warnings: shown < count ? [APINotes.truncated] : [])
}
