import HTTPAPI
import Model

extension FakeCluster {
    /// The holder and the transitions of a lease; nil when there is none.
    public func lease(_ namespace: String, _ name: String) -> (holder: String, transitions: Int64)? {
        state.withLock { $0.leases["\(namespace)/\(name)"] }.map { kept in
            (kept.json["spec"]?["holderIdentity"]?.text ?? "", kept.json["spec"]?["leaseTransitions"]?.integer ?? 0)
        }
    }

    /// Takes a lease away.
    public func removeLease(_ namespace: String, _ name: String) {
        state.withLock { $0.leases["\(namespace)/\(name)"] = nil }
    }

    /// Reads, makes or replaces a lease, the last only in its present version.
    func lease(_ request: HTTPRequest) -> HTTPResponse {
        let namespace = request.pathParameters["namespace"] ?? ""
        guard request.method == .get || request.method == .post || request.method == .put else {
            return Self.status(405, "MethodNotAllowed", "no")
        }
        let sent: JSONValue?
        if request.method == .get {
            sent = nil
        } else {
            guard case .success(let value) = Result(catching: { () throws(UserError) in try JSONValue(request.body) })
            else { return Self.status(400, "BadRequest", "no JSON") }
            sent = value
        }
        let name = request.pathParameters["name"] ?? sent?["metadata"]?["name"]?.text ?? ""
        let key = "\(namespace)/\(name)"
        return state.withLock { state in
            let known = state.leases[key]
            if let sent {
                if request.method == .post, known != nil {
                    return Self.status(409, "AlreadyExists", "leases already exists")
                }
                if request.method == .put {
                    guard let known else { return Self.status(404, "NotFound", "leases not found") }
                    guard sent["metadata"]?["resourceVersion"]?.text == String(known.version) else {
                        return Self.status(409, "Conflict", "the object has been modified")
                    }
                }
                state.version += 1
                state.leases[key] = (sent, state.version)
            }
            guard let kept = state.leases[key] else { return Self.status(404, "NotFound", "leases not found") }
            return .bytes(Self.shown(kept.json, kept.version), type: "application/json")
        }
    }

    /// A lease with its version.
    private static func shown(_ lease: JSONValue, _ version: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("kind", "Lease")
            json.key("metadata")
            json.object { json in
                json.member("name", lease["metadata"]?["name"]?.text ?? "")
                json.member("resourceVersion", String(version))
                json.key("annotations")
                json.object { json in
                    for (name, value) in lease["metadata"]?["annotations"]?.members ?? [:] {
                        json.member(name, value.text ?? "")
                    }
                }
            }
            json.key("spec")
            json.object { json in
                json.member("holderIdentity", lease["spec"]?["holderIdentity"]?.text ?? "")
                json.member("renewTime", lease["spec"]?["renewTime"]?.text ?? "")
                json.member("leaseDurationSeconds", lease["spec"]?["leaseDurationSeconds"]?.integer ?? 0)
                json.member("leaseTransitions", lease["spec"]?["leaseTransitions"]?.integer ?? 0)
            }
        }
        return json.bytes
    }
}
