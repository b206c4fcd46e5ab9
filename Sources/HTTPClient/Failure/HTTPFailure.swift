/// Why a request did not come to its end: a code to decide by, and a sentence to show.
public struct HTTPFailure: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable, CaseIterable {
        /// The URL cannot be read, or is not one of http or https.
        case badURL
        /// The request's method, headers, body or options cannot be sent.
        case badRequest
        /// The name of the host is not known.
        case dns
        /// No connection: refused, unreachable, out of sockets.
        case connect
        /// The proxy's name is not known, or it refuses.
        case proxy
        /// No agreement on TLS, or no trust in the certificate.
        case tls
        /// The time was up.
        case timeout
        /// What came is not HTTP, or HTTP gone wrong.
        case `protocol`
        /// The connection ended or broke before the answer was whole.
        case truncated
        /// The head is larger than allowed.
        case headTooLarge
        /// The body is larger than allowed.
        case tooLarge
        /// More redirects than allowed.
        case tooManyRedirects
        /// A redirect leads away from http and https.
        case forbiddenRedirect
        /// The caller did not want it any more.
        case cancelled
        /// The client was closed before or meanwhile.
        case closed
        /// Something in the machine or in libcurl that no server is to blame for.
        case `internal`
    }

    /// What to decide by.
    public var code: Code
    /// One line: "cannot …: reason". No user and no password of the URL stand in it.
    public var message: String
    /// The server's certificates, its own first, when the request asked for them and the server showed them.
    public var certificates: [HTTPCertificate] = []
    /// How long each phase took, as far as it came.
    public var timings = HTTPTimings()

    /// A failure with its sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension HTTPFailure: CustomStringConvertible {
    /// The sentence.
    public var description: String { message }
}
