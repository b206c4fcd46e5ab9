extension Router {
    /// `/api/v1/write`: takes what a Prometheus writes here. Its errors are lines of text, which senders put into their logs.
    mutating func addRemoteWriteRoutes(_ services: Services) {
        let path = "/api/v1/write"
        family(under: path, .plain)
        guard let receiver = services.remoteWrite else {
            on(
                .post, at: path,
                .fast { _ in
                    throw HTTPError(
                        .notFound,
                        "cannot receive remote write: set `remote_write_receiver: true` in the configuration")
                })
            return
        }
        on(
            .post, at: path, bodyLimit: receiver.limits.packed,
            .waiting { request in
                try await receiver.receive(request)
                return HTTPResponse(status: .noContent)
            })
    }
}
