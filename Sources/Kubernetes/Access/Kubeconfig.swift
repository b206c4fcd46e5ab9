import Configuration
import HTTPClient
import Model

/// What stands in one or several kubeconfig files, as kubectl puts them together: of entries with one name the first counts, and so
/// does the first current context.
public struct Kubeconfig: Sendable {
    private var currentContext: String?
    private var contexts: [String: Entry] = [:]
    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]
    private let files: [String]

    private struct Entry: Sendable {
        let node: Node
        /// The folder that paths in it start from.
        let folder: String
    }

    /// The files that are meant where none is said: those of `KUBECONFIG`, or the one in the home folder.
    public static func defaultFiles(_ environment: [String: String]) -> [String] {
        let named = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !named.isEmpty { return named }
        return environment["HOME"].map { ["\($0)/.kube/config"] } ?? []
    }

    /// Reads files. Of several those that are not there are passed over; at least one must be.
    public init(files: [String]) throws(UserError) {
        self.files = files
        var missing: UserError?
        var isRead = false
        for file in files {
            let bytes: [UInt8]
            do throws(UserError) {
                bytes = try readFile(file, limit: ReadingLimits.configuration.bytes)
            } catch {
                missing = missing ?? error
                continue
            }
            isRead = true
            take(try readDocument(bytes, file: file), file: file)
        }
        if !isRead { throw missing ?? UserError("cannot find a cluster: no kubeconfig file is named") }
    }

    private mutating func take(_ root: Node, file: String) {
        let folder = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[..<$0]) } ?? "."
        if currentContext == nil, let name = root["current-context"]?.text, !name.isEmpty { currentContext = name }
        func entries(_ list: String, _ key: String) -> [(String, Entry)] {
            (root[list]?.items ?? []).compactMap { item in
                guard let name = item["name"]?.text, let node = item[key] else { return nil }
                return (name, Entry(node: node, folder: folder))
            }
        }
        clusters.merge(entries("clusters", "cluster")) { first, _ in first }
        contexts.merge(entries("contexts", "context")) { first, _ in first }
        users.merge(entries("users", "user")) { first, _ in first }
    }

    /// The access that a context describes; without a name, the current one.
    public func access(context wanted: String? = nil) throws(UserError) -> ClusterAccess {
        let where_ = files.joined(separator: ":")
        guard let name = wanted ?? currentContext else {
            throw UserError("cannot choose a cluster: \(where_) has no current-context")
        }
        guard let context = contexts[name] else {
            throw UserError("cannot choose a cluster: \(where_) has no context \(quoted(name))")
        }
        guard let clusterName = context.node["cluster"]?.text, let cluster = clusters[clusterName] else {
            throw UserError("the context \(quoted(name)) names a cluster that is not there", at: context.node.place)
        }
        guard let server = cluster.node["server"]?.text, server.hasPrefix("https://") || server.hasPrefix("http://")
        else {
            throw UserError(
                "the cluster \(quoted(clusterName)) needs a `server` with https:// or http://", at: cluster.node.place)
        }
        var access = ClusterAccess(server: server)
        access.namespace = context.node["namespace"]?.text
        try read(cluster, into: &access)
        if let userName = context.node["user"]?.text, !userName.isEmpty {
            guard let user = users[userName] else {
                throw UserError("the context \(quoted(name)) names a user that is not there", at: context.node.place)
            }
            try read(user, as: userName, into: &access)
        }
        return access
    }

    private func read(_ cluster: Entry, into access: inout ClusterAccess) throws(UserError) {
        access.tls.authorities = try material("certificate-authority", of: cluster)
        access.tls.skipsVerification = try cluster.node.flag("insecure-skip-tls-verify")
        access.tls.serverName = cluster.node["tls-server-name"]?.text
        if let proxy = cluster.node["proxy-url"]?.text { access.proxy = .through(url: proxy) }
    }

    private func read(_ user: Entry, as name: String, into access: inout ClusterAccess) throws(UserError) {
        access.tls.certificate = try material("client-certificate", of: user)
        access.tls.key = try material("client-key", of: user)
        if let file = user.node["tokenFile"]?.text {
            access.credential = .tokenFile(path(file, in: user.folder))
        } else if let token = user.node["token"]?.text {
            access.credential = .token(token)
        } else if let exec = user.node["exec"] {
            access.credential = .program(try program(exec, user.folder))
        } else if let user = user.node["username"]?.text, let password = self.users[name]?.node["password"]?.text {
            access.credential = .basic(user: user, password: password)
        } else if let provider = user.node["auth-provider"] {
            throw UserError(
                "the user \(quoted(name)) has an `auth-provider`, which Kubernetes gave up: use `exec`",
                at: provider.place)
        }
    }

    private func program(_ node: Node, _ folder: String) throws(UserError) -> CredentialProgram {
        guard let command = node["command"]?.text, !command.isEmpty else {
            throw UserError("`exec` needs a `command`", at: node.place)
        }
        guard let version = node["apiVersion"]?.text, Self.protocols.contains(version) else {
            throw UserError(
                "`exec` needs an `apiVersion`: \(Self.protocols.joined(separator: " or "))", at: node.place)
        }
        // A command with a slash in it stands beside the file, as kubectl has it.
        let program = command.utf8.contains(UInt8(ascii: "/")) ? path(command, in: folder) : command
        var exec = CredentialProgram(
            apiVersion: version, command: [program] + (node["args"]?.items ?? []).compactMap(\.text))
        for variable in node["env"]?.items ?? [] {
            if let name = variable["name"]?.text { exec.environment[name] = variable["value"]?.text ?? "" }
        }
        exec.installHint = node["installHint"]?.text ?? ""
        exec.wantsCluster = try node.flag("provideClusterInfo")
        return exec
    }

    /// The versions of the protocol between us and a program.
    private static let protocols = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// A certificate or key: in the file itself, which counts more, or in another one.
    private func material(_ key: String, of entry: Entry) throws(UserError) -> TLSMaterial? {
        if let inline = entry.node["\(key)-data"], let text = inline.text, !text.isEmpty {
            guard let bytes = decodedBase64(text.utf8.filter { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 }) else {
                throw UserError("`\(key)-data` is not base 64", at: inline.place)
            }
            return .pem(bytes)
        }
        guard let file = entry.node[key]?.text, !file.isEmpty else { return nil }
        return .file(path(file, in: entry.folder))
    }

    private func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }
}

extension Node {
    /// A member of a map; nil when there is none, or this is no map.
    subscript(key: String) -> Node? {
        guard case .map(let entries) = content else { return nil }
        return entries.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
    }

    /// The elements of a list; none when this is none.
    var items: [Node] {
        if case .list(let items) = content { items } else { [] }
    }

    /// The text of a scalar.
    var text: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }

    /// A member that is true or false; false when it is not there.
    fileprivate func flag(_ key: String) throws(UserError) -> Bool {
        guard let node = self[key] else { return false }
        switch node.text {
        case "true": return true
        case "false": return false
        default: throw UserError("`\(key)` is true or false", at: node.place)
        }
    }
}
