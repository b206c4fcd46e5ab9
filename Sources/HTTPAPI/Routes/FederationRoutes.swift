import Model
import PromQL

extension Router {
    /// `/federate?match[]=…`: the latest sample of every selected series in the text format.
    mutating func addFederationRoutes(_ services: Services) {
        on(
            .get, at: "/federate",
            .waiting { request in
                var selections: [[LabelMatcher]] = []
                for text in try request.form.all("match[]") {
                    do {
                        selections.append(try parseSelector(text))
                    } catch {
                        throw HTTPError(.badRequest, "\(error)")
                    }
                }
                let now = services.clock.now()
                var federation = Federation(externalLabels: services.externalLabels())
                for selection in selections {
                    try federation.add(
                        services.series.select(selection, from: now - services.lookback, to: now))
                }
                let answer = federation
                return HTTPResponse(
                    headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                    body: .stream { writer in try await answer.write(to: writer) })
            })
    }
}
