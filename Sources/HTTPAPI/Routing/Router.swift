/// Finds what answers a request. It is put together once, before the server starts.
public struct Router: Sendable {
    private var table = RouteTable()
    private var families: [(prefix: String, family: RouteFamily)] = []

    /// Who may ask; nil for everybody.
    public var authenticator: (any Authenticator)?

    /// A router without routes.
    public init() {}

    /// Adds a route for a path such as `/api/v1/label/{name}/values`. GET brings HEAD with it. `open` routes answer without
    /// authentication.
    public mutating func on(
        _ methods: HTTPMethod..., at pattern: String, bodyLimit: Int? = nil, open: Bool = false, _ handler: Handler
    ) {
        for method in methods {
            table.add(
                Route(pattern: pattern, parameters: [], bodyLimit: bodyLimit, open: open, handler: handler), method,
                at: pattern)
        }
    }

    /// The patterns of all routes.
    var patterns: Set<String> { table.patterns }

    /// Makes the routes under a path a family; of two that fit, the longer path counts.
    public mutating func family(under prefix: String, _ family: RouteFamily) {
        families.append((prefix, family))
        families.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    /// The family a path belongs to.
    func family(of path: String) -> RouteFamily {
        for (prefix, family) in families where path.hasPrefix(prefix) {
            let rest = path.utf8.dropFirst(prefix.utf8.count)
            if rest.isEmpty || rest.first == UInt8(ascii: "/") { return family }
        }
        return .plain
    }

    /// What is to be done with a request, as its head tells: nothing of the body has been read.
    func route(_ request: HTTPRequest) throws(HTTPError) -> (route: Route, request: HTTPRequest) {
        guard let (methods, values) = table.find(request.segments) else {
            throw HTTPError(.notFound, "cannot find \(request.path): there is no such page")
        }
        let wanted = request.method == .head ? .get : request.method
        let found = request.method == .options ? optionsRoute(methods) : methods[wanted]
        guard let route = found else {
            throw HTTPError(
                .methodNotAllowed, "cannot \(request.method.name) \(request.path): the method is not allowed",
                headers: ["Allow": allowed(methods)])
        }
        if !route.open { try authenticator?.admit(request) }
        var request = request
        for (name, value) in zip(route.parameters, values) { request.pathParameters[name] = value }
        return (route, request)
    }
}

private func allowed(_ methods: MethodTable) -> String {
    var names = Set(methods.keys.map(\.name))
    if methods[.get] != nil { names.insert("HEAD") }
    names.insert("OPTIONS")
    return names.sorted().joined(separator: ", ")
}

/// The answer to OPTIONS is open: a browser asks it without credentials before it asks with them.
private func optionsRoute(_ methods: MethodTable) -> Route {
    let headers: HTTPHeaders = ["Allow": allowed(methods)]
    return Route(
        pattern: methods.values.first?.pattern ?? "", parameters: [], bodyLimit: nil, open: true,
        handler: .fast { _ in HTTPResponse(status: .noContent, headers: headers) })
}
