/// Everything about an answer but its body.
public struct HTTPHead: Sendable, Hashable {
    /// `200` and its like.
    public var status: Int
    /// The version of HTTP it came in.
    public var version: HTTPVersion
    /// In the order they came, names in lower case.
    public var headers: [HTTPHeader]
    /// Where the answer came from in the end, without user and password.
    public var effectiveURL: String
    /// The address it came from, as `address:port`.
    public var remoteAddress: String

    /// The value of the first header of this name, given in lower case.
    public subscript(_ lowerCasedName: String) -> String? {
        headers.first { $0.name == lowerCasedName }?.value
    }
}

/// A whole answer.
public struct HTTPResponse: Sendable, Hashable {
    /// Everything but the body.
    public var head: HTTPHead
    /// The body, decompressed when the request accepted compression.
    public var body: [UInt8]
    /// How long it took.
    public var timings: HTTPTimings
    /// The server's certificates, its own first, when the request asked for them.
    public var certificates: [HTTPCertificate]

    /// `200` and its like.
    public var status: Int { head.status }
    /// The value of the first header of this name, given in lower case.
    public subscript(_ lowerCasedName: String) -> String? { head[lowerCasedName] }
}

/// A version of HTTP.
public enum HTTPVersion: String, Sendable, Hashable {
    /// HTTP/1.0
    case http1_0 = "1.0"
    /// HTTP/1.1
    case http1_1 = "1.1"
    /// HTTP/2
    case http2 = "2"
    /// HTTP/3
    case http3 = "3"
    /// No answer yet.
    case unknown = "?"
}
