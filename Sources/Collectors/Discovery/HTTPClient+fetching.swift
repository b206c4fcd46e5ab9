import HTTPClient
import Model

extension HTTPClient: HTTPFetching {
    /// Carries a request of discovery to its server.
    public func fetch(_ request: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer {
        var carried = HTTPRequest(url: request.url)
        carried.headers = request.headers.map { HTTPHeader($0.name, $0.value) }
        if let header = try request.http.authorizationHeader() {
            carried.headers.append(HTTPHeader("Authorization", header))
        }
        try carried.apply(request.http)
        carried.timeout = request.timeoutMilliseconds
        carried.bodyLimit = request.bodyLimit
        carried.acceptsCompression = true
        do throws(HTTPFailure) {
            let response = try await send(carried)
            return DiscoveryAnswer(
                status: response.head.status, contentType: response.head["content-type"] ?? "", body: response.body)
        } catch {
            throw UserError(error.message)
        }
    }
}
