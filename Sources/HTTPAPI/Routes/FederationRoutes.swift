import Exposition
import Model
import PromQL

extension Router {
    /// `/federate?match[]=…`: the latest sample of every selected series in the text format.
    mutating func addFederationRoutes(_ services: Services) {
        on(
            .get, at: "/federate",
            .waiting { request in
                let selections = try selections(of: request)
                let accept = request.headers.list("Accept")
                var federation = Federation(
                    externalLabels: services.externalLabels(), names: .negotiated(accept: accept))
                let now = services.clock.now()
                let lookBack = services.queries.settings.lookbackDelta
                for selection in selections {
                    try federation.add(services.series.select(selection, from: now - lookBack, to: now))
                }
                let text = federation.text
                return HTTPResponse(
                    headers: ["Content-Type": ExpositionFormat.text.contentType],
                    body: .stream { writer in try await text.write(to: writer) })
            })
    }
}

private func selections(of request: HTTPRequest) throws(HTTPError) -> [[LabelMatcher]] {
    var selections: [[LabelMatcher]] = []
    for text in request.query.all("match[]") {
        do {
            selections.append(try parseSelector(text))
        } catch {
            throw HTTPError(.badRequest, "\(error)")
        }
    }
    return selections
}
