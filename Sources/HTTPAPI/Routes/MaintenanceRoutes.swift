import Model

extension Router {
    /// `/api/v1/maintenance`: the windows of the configuration with their present or next time, and windows made by request.
    mutating func addMaintenanceRoutes(_ mutings: any MutingsProvider, _ clock: any WallClock) {
        let list = "/api/v1/maintenance"
        let one = "/api/v1/maintenance/{id}"
        family(under: list, .changingAPI)
        on(
            .get, at: list,
            .waiting { _ in
                let windows = jsonList(mutings.windows(at: clock.now()))
                return APIResponse.success { $0.raw(windows) }
            })
        on(
            .post, at: list, bodyLimit: shortBody,
            .waiting { request in
                let window = try await mutings.openWindow(try request.jsonBody, at: clock.now())
                return APIResponse.success { $0.raw(window) }
            })
        on(
            .get, at: one,
            .waiting { request in
                let id = request.pathParameters["id"] ?? ""
                guard let window = mutings.window(id, at: clock.now()) else {
                    throw HTTPError(
                        .notFound, "cannot find maintenance window \(quoted(id)) among those made by request")
                }
                return APIResponse.success { $0.raw(window) }
            })
        on(
            .delete, at: one,
            .waiting { request in
                try await mutings.closeWindow(request.pathParameters["id"] ?? "", at: clock.now())
                return APIResponse.success
            })
    }
}
