/// The kinds of error that Prometheus's API knows, each with its status.
public enum APIErrorKind: String, Sendable, CaseIterable {
    /// The request is wrong.
    case badData = "bad_data"
    /// The query could not be evaluated.
    case execution
    /// The client has left, or the server stops.
    case canceled
    /// The query took too long.
    case timeout
    /// Something failed on our side.
    case `internal`
    /// Not now.
    case unavailable
    /// There is no such thing.
    case notFound = "not_found"
    /// No form that the client takes can be made.
    case notAcceptable = "not_acceptable"

    /// The status that goes with it.
    public var status: HTTPStatus {
        switch self {
        case .badData: .badRequest
        case .execution: .unprocessableContent
        case .canceled: .clientClosedRequest
        case .timeout, .unavailable: .serviceUnavailable
        case .internal: .internalServerError
        case .notFound: .notFound
        case .notAcceptable: .notAcceptable
        }
    }
}

extension HTTPError {
    /// An error of the API with its kind.
    public static func api(_ kind: APIErrorKind, _ message: String) -> HTTPError {
        var error = HTTPError(kind.status, message)
        error.kind = kind.rawValue
        return error
    }

    /// The word of Prometheus's API for an error.
    var apiKind: String {
        if let kind { return kind }
        let kind: APIErrorKind =
            switch status {
            case .unprocessableContent: .execution
            case .notFound: .notFound
            case .notAcceptable: .notAcceptable
            case .serviceUnavailable: .unavailable
            default: status.rawValue < 500 ? .badData : .internal
            }
        return kind.rawValue
    }
}
