extension Router {
    /// Reloading and stopping from outside, refused unless the configuration allows it.
    mutating func addLifecycleRoutes(_ services: Services) {
        on(
            .post, .put, at: "/-/reload",
            .waiting { _ in
                let lifecycle = try allowed(services, "reload")
                do {
                    try await lifecycle.reload()
                } catch {
                    throw HTTPError(.internalServerError, "failed to reload config: \(error)")
                }
                return .text("")
            })
        on(
            .post, .put, at: "/-/quit",
            .fast { _ in
                try allowed(services, "quit").quit()
                return .text("Requesting termination... Goodbye!\n")
            })
    }
}

private func allowed(_ services: Services, _ what: String) throws(HTTPError) -> Lifecycle {
    guard let lifecycle = services.lifecycle else {
        throw HTTPError(.forbidden, "cannot \(what): the lifecycle routes are not enabled")
    }
    return lifecycle
}
