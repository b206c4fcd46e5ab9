import Configuration
import Model

/// `kubernetes_sd_configs`, of the role `pod`.
public struct KubernetesDiscoveryConfig: Sendable, Hashable {
    /// The API server, where none of the files below is to say; nil for the cluster that we run in, or the usual kubeconfig.
    public var server: String?
    /// How that is spoken to.
    public var http = HTTPClientSection()
    /// A kubeconfig in place of all that.
    public var kubeconfig: String?
    /// The namespaces that are looked at; none for all.
    public var namespaces: [String] = []
    /// Whether the namespace that we run in is looked at.
    public var ownNamespace = false
    /// Which pods, by their labels, as the API server understands it.
    public var labelSelector = ""
    /// Which pods, by their fields.
    public var fieldSelector = ""

    /// All pods of the cluster that we run in.
    public init() {}
}

extension KubernetesDiscoveryConfig {
    private enum Role: String, CaseIterable {
        case pod
    }

    private static let rolesNotYet = ["endpoints", "endpointslice", "ingress", "node", "service"]

    /// Reads an entry; nil when it is of no use, which has been noted then.
    init?(from node: Node, in context: DecodingContext) {
        let fields = Fields(node, in: context)
        self.init()
        let role = fields.string("role")
        server = fields.string("api_server")
        if let server, !server.hasPrefix("https://"), !server.hasPrefix("http://") {
            context.fail("`api_server` must begin with https:// or http://", at: fields.place(of: "api_server"))
        }
        kubeconfig = fields.string("kubeconfig_file").map { context.path($0) }
        if kubeconfig != nil, server != nil {
            context.fail(
                "`kubeconfig_file` says where the server is: `api_server` cannot stand beside it",
                at: fields.place(of: "api_server"))
        }
        if let node = fields.node("namespaces") {
            let inner = Fields(node, in: context)
            namespaces = inner.strings("names") ?? []
            ownNamespace = inner.bool("own_namespace") ?? false
            inner.finish()
        }
        for node in fields.list("selectors", { $0 }) { readSelector(Fields(node, in: context)) }
        http = HTTPClientSection(fields)
        fields.finish(notYet: HTTPClientSection.notYet + ["attach_metadata"])
        guard let role else {
            context.fail("`role` is missing: `pod`", at: fields.place)
            return nil
        }
        if Role(rawValue: role) != nil { return }
        if Self.rolesNotYet.contains(role) {
            context.warn(
                "the role `\(role)` is not supported yet, and finds nothing; `pod` is", at: fields.place(of: "role"))
        } else {
            context.fail("unknown role `\(role)`: expected `pod`", at: fields.place(of: "role"))
        }
        return nil
    }

    private mutating func readSelector(_ fields: Fields) {
        let role = fields.string("role") ?? ""
        let label = fields.string("label") ?? ""
        let field = fields.string("field") ?? ""
        fields.finish()
        guard role == Role.pod.rawValue else {
            return fields.context.fail("a selector of the role `pod` is expected", at: fields.place(of: "role"))
        }
        if !label.isEmpty { labelSelector += labelSelector.isEmpty ? label : ",\(label)" }
        if !field.isEmpty { fieldSelector += fieldSelector.isEmpty ? field : ",\(field)" }
    }
}
