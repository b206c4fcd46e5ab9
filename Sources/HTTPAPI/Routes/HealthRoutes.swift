extension Router {
    /// Whether the process lives, and whether it can answer: open, for probes have no password. One whose turn it is not to act is
    /// ready all the same, and says so in a header.
    mutating func addHealthRoutes(
        notReady: @escaping @Sendable () -> String?, leadership: (@Sendable () -> LeadershipInformation)?
    ) {
        on(.get, at: "/-/healthy", open: true, .fast { _ in .text("Vedette is healthy.\n") })
        on(
            .get, at: "/-/ready", open: true,
            .fast { _ in
                if let reason = notReady() {
                    throw HTTPError(.serviceUnavailable, "Vedette is not ready: \(reason)")
                }
                var answer = HTTPResponse.text("Vedette is ready.\n")
                if let turn = leadership?() {
                    answer.headers.set("X-Vedette-Leader", turn.isLeader ? "true" : "false")
                }
                return answer
            })
    }
}
