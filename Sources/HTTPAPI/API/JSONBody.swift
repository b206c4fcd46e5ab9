import Model

/// The longest body of a silence or a maintenance window.
let shortBody = 64 * 1024

extension HTTPRequest {
    /// The body, which must say that it is JSON. A page of another origin can make a browser send any other kind without asking
    /// first; this one it can send only to servers that allow it.
    var jsonBody: [UInt8] {
        get throws(HTTPError) {
            let type = headers["Content-Type"] ?? ""
            guard sameIgnoringCase(String(type.prefix { $0 != ";" && $0 != " " }), "application/json") else {
                throw HTTPError(
                    .unsupportedMediaType,
                    "cannot read body: the Content-Type must be application/json, not \(type.isEmpty ? "none" : type)")
            }
            return body
        }
    }
}

extension RouteFamily {
    /// Routes of the API that change something: pages of other origins have no business there.
    static let changingAPI = RouteFamily { APIResponse.failure($0) }

    /// Version 2 of Alertmanager's API: what its clients expect as a reason is a string, and an object where the request could not
    /// be taken at all.
    static let alertmanagerAPI = RouteFamily { error in
        var json = JSONWriter()
        switch error.status {
        case .badRequest, .notFound, .internalServerError: json.value(error.message)
        default:
            json.object { json in
                json.member("code", error.status.rawValue)
                json.member("message", error.message)
            }
        }
        var response = HTTPResponse.json(json.bytes, status: error.status)
        for field in error.headers.fields { response.headers.set(field.name, field.value) }
        return response
    }
}
