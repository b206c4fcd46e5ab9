/// What a request asks to be done.
public enum HTTPMethod: Sendable, Hashable {
    /// Read.
    case get
    /// Read the headers only.
    case head
    /// Do something, or ask with parameters in the body.
    case post
    /// Put something in its place.
    case put
    /// Take something away.
    case delete
    /// Change a part of something.
    case patch
    /// Ask what may be done.
    case options
    /// Any other method, as it was sent.
    case other(String)

    /// The method of this name; names are case-sensitive.
    public init(name: String) {
        switch name {
        case "GET": self = .get
        case "HEAD": self = .head
        case "POST": self = .post
        case "PUT": self = .put
        case "DELETE": self = .delete
        case "PATCH": self = .patch
        case "OPTIONS": self = .options
        default: self = .other(name)
        }
    }

    /// As it stands in a request.
    public var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }
}
