import Model

/// Answers in the form of Prometheus's API.
public enum APIResponse {
    /// `{"status":"success","data":…}`; `data` writes one value.
    public static func success(data: (inout JSONWriter) throws -> Void) rethrows -> HTTPResponse {
        try success(APINotes(), data: data)
    }

    /// The same with what else is to be said.
    static func success(_ notes: APINotes, data: (inout JSONWriter) throws -> Void) rethrows -> HTTPResponse {
        var json = JSONWriter(capacity: 1024)
        try json.object { json in
            json.member("status", "success")
            json.key("data")
            try data(&json)
            notes.write(to: &json)
        }
        return .json(json.bytes)
    }

    /// `{"status":"success"}`, where there is nothing to tell.
    static var success: HTTPResponse {
        var json = JSONWriter()
        json.object { $0.member("status", "success") }
        return .json(json.bytes)
    }

    /// `{"status":"error","errorType":…,"error":…}` with the error's status and headers.
    public static func failure(_ error: HTTPError) -> HTTPResponse {
        var json = JSONWriter()
        json.object { json in
            json.member("status", "error")
            json.member("errorType", error.apiKind)
            json.member("error", error.message)
        }
        var response = HTTPResponse.json(json.bytes, status: error.status)
        for field in error.headers.fields { response.headers.set(field.name, field.value) }
        return response
    }
}

extension HTTPResponse {
    /// An answer of JSON.
    public static func json(_ bytes: [UInt8], status: HTTPStatus = .ok) -> HTTPResponse {
        .bytes(bytes, type: "application/json", status: status)
    }
}

extension RouteFamily {
    /// Prometheus's API: its form of errors, and open to pages of other origins.
    public static let prometheusAPI = RouteFamily(crossOrigin: true) { APIResponse.failure($0) }
}
