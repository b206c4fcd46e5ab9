/// One route: what answers a method on a path.
struct Route: Sendable {
    /// The path as it was given, such as `/api/v1/label/{name}/values`.
    var pattern: String
    /// The names of its `{parameter}` segments in order.
    var parameters: [String]
    /// The longest body it takes, or nil for the server's limit.
    var bodyLimit: Int?
    /// Whether it answers without asking the authenticator.
    var open: Bool
    var handler: Handler
}

/// The methods of one path.
typealias MethodTable = [HTTPMethod: Route]

/// Paths as a tree of their segments; a literal segment goes before a parameter.
struct RouteTable: Sendable {
    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var methods: MethodTable = [:]
    }

    // Nodes refer to each other by their place here: a tree without references, cheap to copy and to share.
    private var nodes = [Node()]

    /// The patterns of all routes.
    var patterns: Set<String> { Set(nodes.flatMap { $0.methods.values.map(\.pattern) }) }

    /// Adds a route at a path such as `/api/v1/label/{name}/values`.
    mutating func add(_ route: Route, _ method: HTTPMethod, at pattern: String) {
        var route = route
        var node = 0
        for segment in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                route.parameters.append(String(segment.dropFirst().dropLast()))
                node = child(nodes[node].parameter) { nodes, new in nodes[node].parameter = new }
            } else {
                let name = String(segment)
                node = child(nodes[node].literals[name]) { nodes, new in nodes[node].literals[name] = new }
            }
        }
        nodes[node].methods[method] = route
    }

    private mutating func child(_ present: Int?, link: (inout [Node], Int) -> Void) -> Int {
        if let present { return present }
        nodes.append(Node())
        link(&nodes, nodes.count - 1)
        return nodes.count - 1
    }

    /// The methods of a path and the values of its parameters, or nil when nothing is there.
    func find(_ segments: [String]) -> (methods: MethodTable, values: [String])? {
        find(segments[...], from: 0)
    }

    private func find(_ segments: ArraySlice<String>, from node: Int) -> (methods: MethodTable, values: [String])? {
        guard let segment = segments.first else {
            return nodes[node].methods.isEmpty ? nil : (nodes[node].methods, [])
        }
        if let literal = nodes[node].literals[segment], let found = find(segments.dropFirst(), from: literal) {
            return found
        }
        guard let parameter = nodes[node].parameter, !segment.isEmpty,
            let found = find(segments.dropFirst(), from: parameter)
        else { return nil }
        return (found.methods, [segment] + found.values)
    }
}
