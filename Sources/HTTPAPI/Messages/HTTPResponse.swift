/// An answer.
public struct HTTPResponse: Sendable {
    /// Its status.
    public var status: HTTPStatus
    /// Its fields; length, date and connection are the server's business.
    public var headers: HTTPHeaders
    /// What follows the headers.
    public var body: ResponseBody

    /// An answer.
    public init(status: HTTPStatus = .ok, headers: HTTPHeaders = [:], body: ResponseBody = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of bytes of a type.
    public static func bytes(_ bytes: [UInt8], type: String, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: .bytes(bytes))
    }

    /// An answer of plain text.
    public static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
        bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }
}
