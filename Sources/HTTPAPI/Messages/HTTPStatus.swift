/// The three digits of an answer.
public struct HTTPStatus: RawRepresentable, Sendable, Hashable {
    /// The number.
    public let rawValue: Int

    /// The status of a number.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// 200
    public static let ok = HTTPStatus(rawValue: 200)
    /// 204
    public static let noContent = HTTPStatus(rawValue: 204)
    /// 304
    public static let notModified = HTTPStatus(rawValue: 304)
    /// 400
    public static let badRequest = HTTPStatus(rawValue: 400)
    /// 401
    public static let unauthorized = HTTPStatus(rawValue: 401)
    /// 403
    public static let forbidden = HTTPStatus(rawValue: 403)
    /// 404
    public static let notFound = HTTPStatus(rawValue: 404)
    /// 405
    public static let methodNotAllowed = HTTPStatus(rawValue: 405)
    /// 406
    public static let notAcceptable = HTTPStatus(rawValue: 406)
    /// 413
    public static let contentTooLarge = HTTPStatus(rawValue: 413)
    /// 414
    public static let targetTooLong = HTTPStatus(rawValue: 414)
    /// 415
    public static let unsupportedMediaType = HTTPStatus(rawValue: 415)
    /// 422
    public static let unprocessableContent = HTTPStatus(rawValue: 422)
    /// 499, which nginx has made up for logs: nobody is there to read it
    public static let clientClosedRequest = HTTPStatus(rawValue: 499)
    /// 500
    public static let internalServerError = HTTPStatus(rawValue: 500)
    /// 503
    public static let serviceUnavailable = HTTPStatus(rawValue: 503)

    /// Whether an answer of this status has a body at all.
    var hasBody: Bool { rawValue >= 200 && self != .noContent && self != .notModified }
}
