/// Decides who may ask. It is called on a thread of the server for every request but those of open routes, before the
/// body is read.
public protocol Authenticator: Sendable {
    /// Returns when the request may go on; throws the answer otherwise, usually status 401 with `WWW-Authenticate`.
    func admit(_ request: HTTPRequest) throws(HTTPError)
}
