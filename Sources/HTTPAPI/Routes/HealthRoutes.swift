extension Router {
    /// Whether the process lives, and whether it can answer: open, for probes have no password.
    mutating func addHealthRoutes(_ services: Services) {
        on(.get, at: "/-/healthy", open: true, .fast { _ in .text("Vedette is healthy.\n") })
        on(
            .get, at: "/-/ready", open: true,
            .fast { _ in
                if let reason = services.notReady() {
                    throw HTTPError(.serviceUnavailable, "Vedette is not ready: \(reason)")
                }
                return .text("Vedette is ready.\n")
            })
    }
}
