import HTTPClient
import Model
import Requests

extension HTTPClient: HTTPFetching {
    /// Carries a request of discovery to its server.
    public func fetch(_ asked: DiscoveryRequest) async throws(UserError) -> DiscoveryAnswer {
        // Making the request may read secrets from files.
        let prepared = try await asked.lane.run { () -> Result<HTTPRequest, UserError> in
            Result { () throws(UserError) in try HTTPRequest(url: asked.url, as: asked.http) }
        }
        var request = try prepared.get()
        request.headers = asked.headers.map { HTTPHeader($0.name, $0.value) }
        request.timeout = asked.timeoutMilliseconds
        request.bodyLimit = asked.bodyLimit
        request.acceptsCompression = true
        do {
            let response = try await send(request)
            return DiscoveryAnswer(
                status: response.status, contentType: response["content-type"] ?? "", body: response.body)
        } catch {
            throw UserError(error.message)
        }
    }
}
