import Model

/// A request as a handler sees it. A handler that waits learns from its task's cancellation that the client has left.
public struct HTTPRequest: Sendable {
    /// What is to be done.
    public let method: HTTPMethod
    /// The path as it was sent, percent-encoded, without the query.
    public let path: String
    /// The path's segments, each percent-decoded once: an encoded slash does not divide.
    public let segments: [String]
    /// The parameters behind the `?`.
    public let query: Parameters
    /// The header fields.
    public let headers: HTTPHeaders
    /// The client's address without its port; empty when unknown.
    public let peer: String
    /// The values of the route's `{parameter}` segments by name.
    public internal(set) var pathParameters: [String: String] = [:]
    /// The body, at most as long as the route allows.
    public internal(set) var body: [UInt8] = []

    /// Takes a request target apart. Throws status 400 when it cannot stand for a path.
    public init(
        method: HTTPMethod, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [], peer: String = ""
    ) throws(HTTPError) {
        let bytes = target.utf8
        let cut = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        self.method = method
        self.path = String(target[..<cut])
        self.headers = headers
        self.peer = peer
        self.body = body
        do {
            segments = try decodedSegments(bytes[..<cut])
            query = cut == bytes.endIndex ? Parameters() : try Parameters(encoded: bytes[cut...].dropFirst())
        } catch {
            throw HTTPError(.badRequest, error.message)
        }
    }

    /// The parameters of an `application/x-www-form-urlencoded` body and behind them those of the query, as Go's
    /// `Request.Form` has them. Throws status 400 when the body's encoding is broken.
    public var form: Parameters {
        get throws(HTTPError) {
            let type = (headers["Content-Type"] ?? "").prefix { $0 != ";" && $0 != " " }
            guard !body.isEmpty, sameIgnoringCase(String(type), "application/x-www-form-urlencoded") else {
                return query
            }
            do {
                var parameters = try Parameters(encoded: body)
                parameters.append(query)
                return parameters
            } catch {
                throw HTTPError(.badRequest, error.message)
            }
        }
    }
}

/// Divides a path at its slashes, then decodes: what an escape hides is never taken for a slash. Segments that would walk
/// about (`..`) and zero bytes have no business in any of our paths.
private func decodedSegments(_ path: Substring.UTF8View) throws(UserError) -> [String] {
    guard path.first == UInt8(ascii: "/") else {
        throw UserError("cannot read path: it does not begin with a slash")
    }
    var segments: [String] = []
    for piece in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        let segment = try percentDecoded(piece)
        guard segment != ".", segment != "..", !segment.utf8.contains(0) else {
            throw UserError("cannot read path: it holds a segment that is not allowed")
        }
        segments.append(segment)
    }
    return segments
}
