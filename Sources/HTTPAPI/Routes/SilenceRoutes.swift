import Model

extension Router {
    /// Silences: `/api/v2/silences` and `/api/v2/silence/{id}` as Alertmanager has them, so that its clients can be used, and the
    /// same beneath `/api/v1` in the form of the other routes there.
    mutating func addSilenceRoutes(_ mutings: any MutingsProvider, _ clock: any WallClock) {
        family(under: "/api/v2", .alertmanagerAPI)
        addSilenceRoutes(
            list: "/api/v2/silences", one: ["/api/v2/silence/{id}"], mutings, clock, answer: { .json($0) },
            done: HTTPResponse())
        family(under: "/api/v1/silences", .changingAPI)
        family(under: "/api/v1/silence", .changingAPI)
        addSilenceRoutes(
            list: "/api/v1/silences", one: ["/api/v1/silences/{id}", "/api/v1/silence/{id}"], mutings, clock,
            answer: { json in APIResponse.success { $0.raw(json) } }, done: APIResponse.success)
    }

    private mutating func addSilenceRoutes(
        list: String, one paths: [String], _ mutings: any MutingsProvider, _ clock: any WallClock,
        answer: @escaping @Sendable ([UInt8]) -> HTTPResponse, done: HTTPResponse
    ) {
        on(
            .get, at: list,
            .waiting { request in
                answer(jsonList(try mutings.silences(having: request.query.all("filter"), at: clock.now())))
            })
        on(
            .post, at: list, bodyLimit: shortBody,
            .waiting { request in
                let id = try await mutings.placeSilence(try request.jsonBody, at: clock.now())
                var json = JSONWriter()
                json.object { $0.member("silenceID", id) }
                return answer(json.bytes)
            })
        for path in paths {
            on(
                .get, at: path,
                .waiting { request in
                    let id = request.pathParameters["id"] ?? ""
                    guard let silence = mutings.silence(id, at: clock.now()) else {
                        throw HTTPError(.notFound, "cannot find silence \(quoted(id))")
                    }
                    return answer(silence)
                })
            on(
                .delete, at: path,
                .waiting { request in
                    try await mutings.expireSilence(request.pathParameters["id"] ?? "", at: clock.now())
                    return done
                })
        }
    }
}

/// A list of values that are JSON already.
func jsonList(_ values: [[UInt8]]) -> [UInt8] {
    var json = JSONWriter(capacity: values.reduce(2) { $0 + $1.count + 1 })
    json.array { json in
        for value in values { json.raw(value) }
    }
    return json.bytes
}
