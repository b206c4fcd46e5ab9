/// Why a request is not answered as it wished: thrown by a handler, rendered in the form of its route's family.
public struct HTTPError: Error, Sendable {
    /// The status of the answer.
    public var status: HTTPStatus
    /// Fields that belong to the answer, such as `Allow`.
    public var headers: HTTPHeaders
    /// The reason, for a person to read.
    public var message: String
    /// The kind of error in words of its API, where the status does not say it.
    public var kind: String?

    /// An error of this status with its reason.
    public init(_ status: HTTPStatus, _ message: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }
}

extension HTTPError: CustomStringConvertible {
    /// `404: cannot find …`
    public var description: String { "\(status.rawValue): \(message)" }
}

extension HTTPError {
    /// The error as a line of plain text.
    public var plainResponse: HTTPResponse {
        var response = HTTPResponse.text(message + "\n", status: status)
        for field in headers.fields { response.headers.set(field.name, field.value) }
        return response
    }
}
