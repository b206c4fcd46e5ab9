import Model

extension Router {
    /// Answers a request whose body has been read: what the server does, without a socket.
    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            let (route, request) = try route(request)
            switch route.handler {
            case .fast(let answer): return finish(try answer(request), for: request)
            case .waiting(let answer): return finish(try await answer(request), for: request)
            }
        } catch {
            return response(to: error, for: request)
        }
    }

    /// An error as the answer to a request.
    func response(to error: any Error, for request: HTTPRequest) -> HTTPResponse {
        finish(family(of: request.path).render(httpError(error)), for: request)
    }

    /// An error as the answer to what could not be read as a request.
    func refusal(_ error: HTTPError, target: String) -> HTTPResponse {
        var response = family(of: String(target.prefix { $0 != "?" })).render(error)
        response.headers.set("X-Content-Type-Options", "nosniff")
        return response
    }

    /// Completes an answer with what all of them have.
    func finish(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
        var response = response
        if family(of: request.path).crossOrigin, request.headers["Origin"] != nil {
            addCrossOriginHeaders(&response.headers)
        }
        response.headers.set("X-Content-Type-Options", "nosniff")
        return compressed(response, for: request)
    }
}

/// What a handler threw, as an answer. Errors of our own rooms read "cannot …: reason" and may be shown as they are.
func httpError(_ error: any Error) -> HTTPError {
    switch error {
    case let error as HTTPError: error
    case is CancellationError: .api(.canceled, "cannot answer: the request was cancelled")
    default: HTTPError(.internalServerError, "\(error)")
    }
}

/// As Prometheus answers a page of another origin under its default `--web.cors.origin=.*`.
private func addCrossOriginHeaders(_ headers: inout HTTPHeaders) {
    headers.set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin")
    headers.set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
    headers.set("Access-Control-Allow-Origin", "*")
    headers.set("Access-Control-Expose-Headers", "Date")
    headers.add("Vary", "Origin")
}
